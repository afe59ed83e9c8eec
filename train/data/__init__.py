"""The data sets: alphabets, files, checksums, held-out writers, labelled pictures."""
