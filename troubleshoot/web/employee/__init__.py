"""Pages of the person whose computer it is: pasting an error, a case, the own PC."""
