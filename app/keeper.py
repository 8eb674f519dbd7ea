"""Who keeps the workers running on this machine."""
from app.processes import Processes, ProcessVerbs
from app.settings import Settings
from app.systemd import Systemd


def keeper_of(settings: Settings) -> ProcessVerbs:
    """systemd in production, a supervisor of our own everywhere else."""
    return Systemd(settings) if settings.production else Processes(settings)
