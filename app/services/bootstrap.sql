-- What only a superuser can do inside the database, once: close what PostgreSQL leaves open to everybody.

GRANT USAGE, CREATE ON SCHEMA public TO flowhq_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE flowhq_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE flowhq_owner REVOKE USAGE ON TYPES FROM PUBLIC;
-- Without a language there are no DO blocks, and no functions to leak rows through.
REVOKE USAGE ON LANGUAGE plpgsql, sql FROM PUBLIC;
GRANT USAGE ON LANGUAGE plpgsql, sql TO flowhq_owner;

-- Objects that were there before belong to the schema's owner from now on.
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT format('ALTER TABLE public.%I OWNER TO flowhq_owner', relname) AS statement FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
            AND relowner <> 'flowhq_owner'::regrole
        UNION ALL
        SELECT format('ALTER ROUTINE %s OWNER TO flowhq_owner', oid::regprocedure) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proowner <> 'flowhq_owner'::regrole
    LOOP
        EXECUTE one.statement;
    END LOOP;
END $$;

-- Locks that stop others, objects outside of all policies, other people's sessions and counts, lines in the log of
-- changes: every role may have these of everybody in a fresh PostgreSQL.
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT oid::regprocedure AS routine FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace
            AND proname ~ ('^(pg_(try_)?advisory_.*|lo_.*|loread|lowrite|pg_stat_get_.*|pg_lock_status|pg_notify'
                           '|pg_export_snapshot|pg_logical_emit_message|pg_sequence_last_value)$')
            AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0))
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', one.routine);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO flowhq_owner', one.routine);
    END LOOP;
END $$;
