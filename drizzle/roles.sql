-- Run first by every migrate, by a login that may create roles. Idempotent.
do $$
declare name text;
begin
  foreach name in array array['monozu_owner', 'monozu_app', 'monozu_ingest', 'monozu_management'] loop
    if not exists (select from pg_roles where rolname = name) then execute format('create role %I nologin', name); end if;
  end loop;
  if not pg_has_role(current_user, 'monozu_owner', 'member') then execute format('grant monozu_owner to %I', current_user); end if;
  execute format('revoke all on database %I from public', current_database());
  execute format('grant create, connect on database %I to monozu_owner', current_database());
  execute format('grant connect on database %I to monozu_app, monozu_ingest, monozu_management', current_database());
end $$;
-- For search; both are extensions that a login without superuser may create where it owns the database.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;
revoke all on schema public from public;
grant usage, create on schema public to monozu_owner;
grant usage on schema public to monozu_app, monozu_ingest;
alter role monozu_app set statement_timeout = '15s';
alter role monozu_app set idle_in_transaction_session_timeout = '20s';
alter role monozu_app set jit = off;
alter role monozu_ingest set statement_timeout = '30s';
alter role monozu_ingest set idle_in_transaction_session_timeout = '30s';
alter role monozu_ingest set jit = off;
-- The Management plane sees its own schema alone; what it may ask of the Cloud are functions there.
alter role monozu_management set search_path = management;
alter role monozu_management set statement_timeout = '15s';
alter role monozu_management set idle_in_transaction_session_timeout = '20s';
alter role monozu_management set jit = off;
