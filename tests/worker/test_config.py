from dataclasses import replace

from app.models import TenantConfig
from worker.config import load_config, newer_config


def test_what_is_stored_anew_is_loaded_once(tenant):
    used = load_config(tenant)
    assert newer_config(tenant, used) is None
    TenantConfig.update(version=2, handover_hours=7).execute()
    newer = newer_config(tenant, used)
    assert (newer.version, newer.handover_hours) == (2, 7)
    assert newer_config(tenant, newer) is None


def test_what_cannot_be_used_is_refused_once_and_leaves_what_is_in_use(tenant):
    used = load_config(tenant)
    TenantConfig.update(version=2, timezone="Nowhere/Nothing").execute()
    kept = newer_config(tenant, used)
    assert kept == replace(used, version=2)
    assert newer_config(tenant, kept) is None
