"""The demonstration: everything on one machine, with three tenants, linked and answering."""
