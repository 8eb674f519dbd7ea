"""A stand-in for WhatsApp: its servers, its web page and its customers' phones, for demos and tests."""
