"""The commands of `flowhq`, a module each: they read the options, call a service and show what came of it."""
