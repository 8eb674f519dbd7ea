"""The tenant's configuration as the worker uses it, read whole and again when its version changes."""
from dataclasses import dataclass, replace

from app.logs import get_logger
from app.models import Tenant, TenantConfig
from app.replies import BotConfig, ConfigError, read_config
from worker.away import AwayRules
from worker.pacing import Limits

log = get_logger(__name__)


@dataclass(frozen=True)
class Config:
    """One version of a tenant's configuration."""

    version: int
    bot: BotConfig
    limits: Limits
    typing_ms_per_char: int
    typing_max_ms: int
    handover_hours: int
    owner_silence_hours: int
    away: AwayRules
    warm_up_days: int


def load_config(tenant: Tenant) -> Config:
    """Read it. Raises app.replies.ConfigError where the stored content cannot be used."""
    row = TenantConfig.get(TenantConfig.tenant == tenant)
    bot = read_config(
        template=row.template, language=row.language, business_name=row.business_name or tenant.name,
        timezone=row.timezone, hours=row.hours, content=row.content)
    limits = Limits(row.chat_limit, row.chat_window_s, row.tenant_limit, row.tenant_window_s)
    return Config(row.version, bot, limits, row.typing_ms_per_char, row.typing_max_ms, row.handover_hours,
                  row.owner_silence_hours, AwayRules(row.away_policy, row.away_hours, row.away_limit),
                  row.warm_up_days)


def newer_config(tenant: Tenant, used: Config) -> Config | None:
    """What is stored where that is another version than the one in use.

    Where it cannot be used, that is said once, and what is in use stands for that version.
    """
    version = TenantConfig.select(TenantConfig.version).where(TenantConfig.tenant == tenant).scalar()
    if version == used.version:
        return None
    try:
        config = load_config(tenant)
    except ConfigError as error:
        log.warning("config_unusable", problem=str(error))
        return replace(used, version=version)
    log.info("config_loaded", version=config.version)
    return config
