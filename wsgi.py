"""The web application for a WSGI server."""
from app.web import served

app = served()
