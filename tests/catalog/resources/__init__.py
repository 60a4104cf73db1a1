"""Resources: their scripts against vectors that were written by hand."""
