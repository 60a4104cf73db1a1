"""What a browser may send, and how it is cleaned; one module for each subject."""
