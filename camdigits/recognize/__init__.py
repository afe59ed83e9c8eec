"""Label regions: glyphs, the digit net, and the stages that use its predictions."""
