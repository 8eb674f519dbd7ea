-- Roles of tenants: made and dropped with the row in `tenant`, by functions of the schema's owner.
-- Applied at each upgrade, as the owner. A tenant's role has no right of its own: all come from the group flowhq_workers.

CREATE OR REPLACE FUNCTION public.tenant_role(slug text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF slug IS NULL OR slug COLLATE "C" !~ '\A[a-z0-9]([a-z0-9-]{0,25}[a-z0-9])?\Z' THEN
        RAISE EXCEPTION 'a slug is a-z, 0-9 and inner hyphens, 27 characters at most'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN 'fhq-' || slug;
END $$;

CREATE OR REPLACE FUNCTION public.make_tenant_role(slug text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_name CONSTANT text := public.tenant_role(slug);
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
        EXECUTE format('CREATE ROLE %I', role_name);
    ELSIF EXISTS (SELECT FROM pg_roles WHERE rolname = role_name AND (rolsuper OR rolbypassrls OR rolreplication)) THEN
        RAISE EXCEPTION 'the role % has powers that no tenant may have: drop it', role_name;
    END IF;
    -- Two: one for the worker and one that an ended worker has not given back yet.
    EXECUTE format('ALTER ROLE %I LOGIN INHERIT NOCREATEDB NOCREATEROLE CONNECTION LIMIT 2 PASSWORD NULL', role_name);
    EXECUTE format('GRANT flowhq_workers TO %I', role_name);
    EXECUTE format('ALTER ROLE %I RESET ALL', role_name);
    -- A role may set these four otherwise for itself: they end accidents. What ends attacks is end_long_transactions.
    EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', role_name, '30s');
    EXECUTE format('ALTER ROLE %I SET lock_timeout = %L', role_name, '10s');
    EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', role_name, '30s');
    EXECUTE format('ALTER ROLE %I SET search_path = %L', role_name, 'public');
    -- These it cannot: the disk is everybody's, and a flood of refused statements would fill it through the log.
    EXECUTE format('ALTER ROLE %I SET temp_file_limit = %L', role_name, '64MB');
    EXECUTE format('ALTER ROLE %I SET log_min_messages = %L', role_name, 'fatal');
    EXECUTE format('ALTER ROLE %I SET log_min_error_statement = %L', role_name, 'panic');
END $$;

CREATE OR REPLACE FUNCTION public.drop_tenant_role(slug text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_name CONSTANT text := public.tenant_role(slug);
BEGIN
    IF EXISTS (SELECT FROM public.tenant AS t WHERE t.slug = drop_tenant_role.slug) THEN
        RAISE EXCEPTION 'the tenant % still exists', slug;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
        RETURN;
    END IF;
    -- Default privileges, which any role may set for itself, would keep the role from being dropped.
    EXECUTE format('GRANT %I TO %I', role_name, current_user);
    EXECUTE format('DROP OWNED BY %I', role_name);
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = role_name;
    EXECUTE format('DROP ROLE %I', role_name);
END $$;

CREATE OR REPLACE FUNCTION public.tenant_role_follows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM public.make_tenant_role(NEW.slug);
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM public.drop_tenant_role(OLD.slug);
    ELSIF NEW.slug IS DISTINCT FROM OLD.slug THEN
        RAISE EXCEPTION 'a slug never changes: unit, directory and role are named after it';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION public.end_long_transactions(longest interval) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(pg_terminate_backend(pid))::integer FROM pg_stat_activity
    WHERE datname = current_database() AND usename LIKE 'fhq-%' AND xact_start < clock_timestamp() - longest
$$;
COMMENT ON FUNCTION public.end_long_transactions(interval) IS
    'Ends the workers'' sessions whose transaction is older: it may hold locks, and keeps everybody''s dead rows alive.';
