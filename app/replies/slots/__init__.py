"""What a message says besides its intent: day, time, people, name, phone, quantity and order number, resolved."""
