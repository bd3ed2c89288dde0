"""A text, saved or not, as its reader would get it: HTML, plain text, the PDF of a letter."""
