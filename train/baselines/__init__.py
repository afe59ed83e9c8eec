"""Classic recognisers without TensorFlow: nearest neighbours, SVM, two small nets."""
