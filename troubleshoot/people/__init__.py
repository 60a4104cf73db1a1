"""Accounts, sign-in, grants, and who may do what: the permission table made into decisions and querysets."""
