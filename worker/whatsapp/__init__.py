"""The page of WhatsApp Web: everything that touches it goes through here."""
