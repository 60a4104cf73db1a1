"""The pages of helpdesk and approver through the front door, on real lab hosts."""
