"""One tenant's WhatsApp worker: a process of its own with a browser of its own."""
