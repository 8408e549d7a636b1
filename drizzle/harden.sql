-- What drizzle-kit cannot say. Ours, idempotent, run as monozu_owner after every migration.

-- Whatever has a tenant_id is forced under row-level security, its owner included; a partition is not granted to anybody.
do $$ declare t regclass; begin
  for t in select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
    where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
  loop execute format('alter table %s enable row level security', t); execute format('alter table %s force row level security', t); end loop;
  foreach t in array array['app_user', 'identity', 'tenant', 'mfa_factor', 'mfa_recovery_code', 'retired_pepper']::regclass[]
  loop execute format('alter table %s force row level security', t); end loop;
end $$;

-- A tenant that has only just filled is unknown to statistics. Plans are made for it as if it had a 200th of a table, which is also what PostgreSQL takes where it
-- knows nothing; taken from the other tenants it may be one row, and then any index will do and each row of one table is compared with each of another: seconds
-- for a few thousand devices. Tables that fill at once are looked at within minutes, however large they are.
do $$ declare t regclass; begin
  for t in select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
    where c.relkind = 'r' and not c.relispartition and c.relnamespace = 'public'::regnamespace
  loop execute format('alter table %s alter column tenant_id set (n_distinct = 200)', t); end loop;
  foreach t in array array['device', 'device_presence', 'alert']::regclass[]
  loop execute format('alter table %s set (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000)', t); end loop;
end $$;

-- Policies as they were made ask a function of each row: may_see_unit reads the list of units anew, which of 50 took 2 s for 100,000 devices, and may_see_device begins a query
-- of its own. Here a statement reads the list once, into a hash, and looks the device of a row up by its key (`offset 0`: without reading all devices first for a page).
-- Telemetry keeps its own function, which remembers, and is asked only who does not see all.
-- Not for device_presence, which is joined with whole fleets: what a look-up seems to cost leads plans astray there, and heard_devices tells it apart.
-- Citus takes no sub-select in a policy; there they stay, and say the same.
create or replace function seen_units() returns uuid[] language sql stable parallel safe
  as $$ select case when current_setting('app.units', true) not in ('all', '') then current_setting('app.units', true) end::uuid[] $$;
do $$ declare p record; begin
  if exists (select from pg_extension where extname = 'citus') then return; end if;
  for p in select polname, polrelid::regclass as of, pg_get_expr(polqual, polrelid) as asks from pg_policy
    where pg_get_expr(polqual, polrelid) ~ 'may_see_(unit|device|telemetry)\(' and polrelid <> 'device_presence'::regclass
  loop
    p.asks := replace(p.asks, 'sees_all()', '(select sees_all())');
    p.asks := regexp_replace(p.asks, 'may_see_unit\((\w+)\)', '((select sees_all()) or \1 in (select unnest(seen_units())))');
    p.asks := regexp_replace(p.asks, 'may_see_device\((\w+)\)',
      format('exists (select from device d where d.tenant_id = current_tenant() and d.id = %s.\1 offset 0)', p.of));
    execute format('alter policy %I on %s using (%s)', p.polname, p.of, p.asks);
  end loop;
end $$;

-- Rights. The application owns nothing, and what is history cannot be rewritten by it.
revoke all on all tables in schema public from monozu_app, monozu_ingest, monozu_management;
revoke all on all functions in schema public from public;
grant select, insert, update, delete on all tables in schema public to monozu_app;
revoke update, delete on audit_log, audit_seal, audit_checkpoint from monozu_app;
revoke update on audit_pending from monozu_app;
revoke update, delete on export_request from monozu_app;
revoke update, delete on app_user from monozu_app;
revoke select, update, delete on identity from monozu_app;
revoke all on mfa_factor, mfa_recovery_code, retired_pepper from monozu_app;
revoke delete on tenant from monozu_app;
revoke insert, update on telemetry_frame, telemetry_layout, device_record, rejected_record from monozu_app;
grant update (handled_at, updated_at, version) on device_record to monozu_app;
do $$ declare t regclass; begin
  for t in select oid from pg_class where relispartition and relkind = 'r' and relnamespace = 'public'::regnamespace
  loop execute format('revoke all on %s from monozu_app, monozu_ingest', t); end loop;
end $$;
grant execute on function current_tenant(), sees_all(), seen_units(), may_see_unit(uuid), may_see_device(uuid), may_see_telemetry(uuid), is_member(uuid) to monozu_app, monozu_ingest;
grant execute on function natural_order(text) to monozu_app;
grant execute on function prepare_partitions(timestamptz) to monozu_app;

-- The ingestor adds what devices report and reads nothing but their keys, inside the tenant that a key names.
grant insert on telemetry_frame, device_record, rejected_record to monozu_ingest;
grant select, insert on telemetry_layout to monozu_ingest; -- added by keep_layouts, but for an ingestor of the version before
grant select, insert, update on device_presence to monozu_ingest;
grant select (tenant_id, id, device_id, key_hash, expires_at, revoked_at) on device_key to monozu_ingest;
grant select (id, status) on tenant to monozu_ingest;
drop policy if exists tenant_ingest_see on tenant;
create policy tenant_ingest_see on tenant for select to monozu_ingest using (id = current_tenant());
grant select (tenant_id, features) on licence to monozu_ingest;
drop policy if exists licence_ingest_see on licence;
create policy licence_ingest_see on licence for select to monozu_ingest using (tenant_id = current_tenant());
do $$ declare t text; begin
  foreach t in array array['telemetry_frame', 'telemetry_layout', 'device_record', 'rejected_record', 'device_presence'] loop
    execute format('drop policy if exists %I on %I', t || '_ingest_add', t);
    execute format('create policy %I on %I for insert to monozu_ingest with check (true)', t || '_ingest_add', t);
  end loop;
  foreach t in array array['telemetry_layout', 'device_key', 'device_presence'] loop
    execute format('drop policy if exists %I on %I', t || '_ingest_see', t);
    execute format('create policy %I on %I for select to monozu_ingest using (%s)', t || '_ingest_see', t,
      case t when 'device_presence' then 'true' else 'tenant_id = current_tenant()' end);
  end loop;
  drop policy if exists device_presence_ingest_renew on device_presence;
  create policy device_presence_ingest_renew on device_presence for update to monozu_ingest using (true) with check (true);
end $$;

-- The few questions that span tenants are functions, each with its one purpose. They run as the owner, which sees only what is named here.
do $$ declare t text; begin
  foreach t in array array['app_user', 'identity', 'membership', 'tenant', 'session', 'socket_ticket', 'live_event', 'idempotent_answer',
    'mfa_factor', 'mfa_recovery_code', 'mfa_challenge', 'tenant_choice', 'password_reset', 'invitation', 'mail', 'address_check', 'sso_transaction', 'sso_handoff', 'sso_provider', 'email_domain', 'retired_pepper',
    'device_key', 'device_presence', 'telemetry_layout', 'ingest_volume', 'webhook_receipt', 'export_request', 'audit_pending', 'device', 'alert'] loop
    execute format('drop policy if exists %I on %I', t || '_narrow', t);
    execute format('create policy %I on %I to monozu_owner using (true)', t || '_narrow', t);
  end loop;
end $$;

-- Layouts of a batch: those that are new are added, and those in use are kept for longer. The row of one that goes just then is waited for, and made anew.
create or replace function keep_layouts(layouts json) returns void language sql security definer set search_path = public, pg_temp as $$
  insert into telemetry_layout as l (tenant_id, id, hash, metrics, labels, kept_until)
  select r.tenant_id, r.id, r.hash, r.metrics, r.labels, r.kept_until from json_to_recordset(layouts)
    as r(tenant_id uuid, id uuid, hash text, metrics text[], labels jsonb, kept_until timestamptz) order by r.tenant_id, r.id
  on conflict (tenant_id, id) do update set kept_until = excluded.kept_until where l.kept_until < excluded.kept_until
$$;
revoke all on function keep_layouts(json) from public;
grant execute on function keep_layouts(json) to monozu_ingest;
-- Of layouts that a version before added it is not known when they were used last. No frame is later than this week but in partitions to come and in the
-- default one, where they are looked for; their owner may look at frames for this one statement.
do $$ declare week timestamptz := date_trunc('week', now(), 'UTC') + interval '1 week'; begin
  if not exists (select from telemetry_layout where kept_until = '9999-12-31 00:00:00+00') then return; end if;
  alter table telemetry_frame no force row level security;
  update telemetry_layout l set kept_until = week + interval '1 week' where kept_until = '9999-12-31 00:00:00+00';
  update telemetry_layout l set kept_until = f.latest + interval '1 week'
  from (select tenant_id, layout_id, max(at) as latest from telemetry_frame where at >= week group by tenant_id, layout_id) f
  where l.tenant_id = f.tenant_id and l.id = f.layout_id and l.kept_until < f.latest + interval '1 week';
  alter table telemetry_frame force row level security;
end $$;

-- Where words occur, at most so many: below row-level security no index may be asked with a pattern, for its operator could tell of rows that are
-- not seen. They name rows of the tenant alone; what the caller sees of those is left to the policies of the statement that asked.
create or replace function search_devices(pattern text, most int) returns setof uuid
  language sql stable security definer set search_path = public, pg_temp as $$
  select id from device where tenant_id = current_tenant()
    and (name || chr(10) || coalesce(location, '') || chr(10) || coalesce(hardware_id, '') || chr(10) || coalesce(address, '')) ilike pattern limit most
$$;
create or replace function search_alerts(pattern text, most int) returns setof uuid
  language sql stable security definer set search_path = public, pg_temp as $$
  select id from alert where tenant_id = current_tenant()
    and (title || chr(10) || coalesce(description, '') || chr(10) || coalesce(source_ip, '') || chr(10) || coalesce(device_name, '') || chr(10) || coalesce(rule, '')) ilike pattern limit most
$$;
-- The last sign of life of every device: likewise, so that not each is asked for whether its device is seen. Said to be many, which plans are made for.
create or replace function heard_devices() returns table (tenant_id uuid, device_id uuid, last_seen_at timestamptz)
  language sql stable security definer rows 50000 set search_path = public, pg_temp as $$
  select p.tenant_id, p.device_id, p.last_seen_at from device_presence p where p.tenant_id = current_tenant()
$$;
create or replace function is_heard(device uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from device_presence p where p.tenant_id = current_tenant() and p.device_id = device)
$$;
-- Of those so many as stand next behind one, by time and id. Said to be few, so that their devices are looked up one by one: looking through all of those is for later.
create or replace function heard_behind(at timestamptz, id uuid, descending boolean, most int) returns table (device_id uuid, last_seen_at timestamptz)
  language sql stable security definer rows 250 set search_path = public, pg_temp as $$
  (select p.device_id, p.last_seen_at from device_presence p where not descending and p.tenant_id = current_tenant() and (p.last_seen_at, p.device_id) > (at, id)
    order by p.last_seen_at, p.device_id limit most)
  union all
  (select p.device_id, p.last_seen_at from device_presence p where descending and p.tenant_id = current_tenant() and (p.last_seen_at, p.device_id) < (at, id)
    order by p.last_seen_at desc, p.device_id desc limit most)
$$;
revoke all on function search_devices(text, int), search_alerts(text, int), heard_devices(), is_heard(uuid), heard_behind(timestamptz, uuid, boolean, int) from public;
grant execute on function search_devices(text, int), search_alerts(text, int), heard_devices(), is_heard(uuid), heard_behind(timestamptz, uuid, boolean, int) to monozu_app;

-- Signing in begins with an e-mail address and no tenant.
drop function if exists find_sign_in(text);
create function find_sign_in(wanted text)
  returns table (user_id uuid, password_hash text, first_password_until timestamptz, sign_in_version int, tenant_id uuid, tenant_name text, tenant_status text, name text, disabled boolean)
  language sql stable security definer set search_path = public, pg_temp as $$
  select u.id, i.password_hash, i.first_password_until, u.sign_in_version, t.id, t.name, t.status, m.name, m.disabled
  from app_user u
    left join identity i on i.user_id = u.id and i.kind = 'password'
    left join membership m on m.user_id = u.id
    left join tenant t on t.id = m.tenant_id
  where lower(u.email) = lower(wanted)
  order by t.name
$$;

-- Counts an attempt under its names and returns 0, or counts nothing and returns how long (ms) to wait. Rows are locked in the order of their names.
-- `slow` waits longer with each failure until it was quiet for a window; the others are full at their limit until their window ends. While more failed in the
-- crowd than it may, the first failure of `slow` costs a minute already and the others have a tenth: nobody is shut out by what strangers do to the crowd.
drop function if exists attempt_begin(text, text[], int[], timestamptz, int, int, int);
create or replace function attempt_begin(slow text, others text[], most int[], crowd text, crowd_most int, at timestamptz, free int, longest_ms int, window_ms int)
  returns float8 language plpgsql set search_path = public, pg_temp as $$
declare row attempt; wait float8 := 0; period interval := window_ms * interval '1 millisecond'; over int; crowded boolean;
  names text[] := array_remove(slow || others || crowd, null);
begin
  insert into attempt (name, count, since, last) select n, 0, at, at from unnest(names) n order by n on conflict do nothing;
  crowded := exists (select from attempt a where a.name = crowd and a.count >= crowd_most and at between a.since and a.since + period);
  for row in select * from attempt a where a.name = any(names) order by a.name for update loop
    -- Far ahead of us is what was counted by a clock that was wrong.
    if (case when row.name = slow then row.last else row.since end) not between at - period + interval '1 millisecond' and at + period then
      update attempt a set count = 0, since = at where a.name = row.name;
    elsif row.name = slow then
      over := case when crowded and row.count > 0 then row.count + 5 else row.count - free end;
      if over >= 0 then
        wait := greatest(wait, date_part('epoch', row.last - at) * 1000 + least(1000 * 2 ^ least(over, 20), longest_ms));
      end if;
    elsif row.name <> coalesce(crowd, '') and row.count >= most[array_position(others, row.name)] / (case when crowded then 10 else 1 end) then
      wait := greatest(wait, date_part('epoch', row.since + period - at) * 1000);
    end if;
  end loop;
  if wait > 0 then return wait; end if;
  update attempt a set count = a.count + 1, last = at where a.name = any(names);
  return 0;
end $$;

-- A success forgets the failures of the account or browser, and of the others only its own attempt.
create or replace function attempt_end(slow text, others text[], verdict text, at timestamptz) returns void
  language plpgsql set search_path = public, pg_temp as $$
begin
  perform from attempt a where a.name = any(slow || others) order by a.name for update;
  if verdict = 'failed' then
    update attempt a set last = at where a.name = any(slow || others);
  else
    update attempt a set count = case when a.name = slow and verdict = 'succeeded' then 0 else greatest(a.count - 1, 0) end
      where a.name = any(slow || others);
  end if;
end $$;

-- Whose licence the Management plane is asked for.
create or replace function licensed_tenants() returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
  select id from tenant where status <> 'deleted' order by id
$$;
revoke all on function licensed_tenants() from public;
grant execute on function licensed_tenants() to monozu_app;

-- Every entry of the audit log waits to be sealed, whoever writes it and however. A statement of its own for each tenant's writer: nobody waits for a number.
create or replace function await_seal() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  insert into audit_pending (tenant_id, id) values (new.tenant_id, new.id);
  return null;
end $$;
create or replace trigger audit_log_await_seal after insert on audit_log for each row execute function await_seal();

-- Whose chains there are, that of nobody too (sign-ins of no tenant); with `waiting`, those that have something to seal.
create or replace function audited_tenants(waiting boolean) returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
  select c.id from (select t.id from tenant t union all select '00000000-0000-0000-0000-000000000000') c(id)
  where not waiting or exists (select from audit_pending p where p.tenant_id = c.id) order by 1
$$;

-- Whom a provider names: found by its own key for him, never by his address.
drop function if exists find_identity(text, text, text);
drop function if exists find_identity(text, text, text, uuid);
create or replace function find_identity(wanted_issuer text, wanted_directory text, wanted_subject text, through uuid)
  returns table (user_id uuid, email text, identity_id uuid)
  language sql stable security definer set search_path = public, pg_temp as $$
  select u.id, u.email, i.id from identity i join app_user u on u.id = i.user_id
  where i.kind = 'oidc' and i.issuer = wanted_issuer and i.directory = wanted_directory and i.subject = wanted_subject
    and i.provider_tenant_id is not distinct from through
$$;

-- An account whose owner has shown that the address is his, and who is a member somewhere: a provider that owns the address may be linked to it.
create or replace function find_confirmed_account(wanted text) returns table (user_id uuid, email text)
  language sql stable security definer set search_path = public, pg_temp as $$
  select u.id, u.email from app_user u
  where lower(u.email) = lower(wanted) and u.verified_at is not null
    and exists (select from membership m where m.user_id = u.id and not m.disabled)
$$;

-- An account of this address in one tenant, for that tenant's own provider.
create or replace function find_member(wanted text, place uuid) returns table (user_id uuid, email text)
  language sql stable security definer set search_path = public, pg_temp as $$
  select u.id, u.email from app_user u join membership m on m.user_id = u.id
  where lower(u.email) = lower(wanted) and m.tenant_id = place and not m.disabled
$$;

-- What is offered to an address, for who has shown that it is his.
create or replace function find_invitations(wanted text, at timestamptz) returns table (tenant_id uuid, id uuid)
  language sql stable security definer set search_path = public, pg_temp as $$
  select i.tenant_id, i.id from invitation i
  where lower(i.email) = lower(wanted) and i.accepted_at is null and i.revoked_at is null and i.expires_at > find_invitations.at
  order by i.id desc limit 20
$$;

-- Whose a domain is: signing in begins with an address and no tenant.
create or replace function find_domain(wanted text) returns table (tenant_id uuid)
  language sql stable security definer set search_path = public, pg_temp as $$
  select d.tenant_id from email_domain d where d.domain = wanted and d.verified_at is not null
$$;

-- A domain belongs to one tenant: whoever proves it first, until he removes it or its record is gone. One at a time, so that two do not pass each other.
create or replace function prove_domain(wanted uuid, at timestamptz) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
declare name text;
begin
  select d.domain into name from email_domain d where d.tenant_id = current_tenant() and d.id = wanted;
  perform pg_advisory_xact_lock(hashtextextended('email_domain ' || name, 0));
  if exists (select from email_domain d where d.domain = name and d.verified_at is not null and d.tenant_id <> current_tenant()) then
    return false;
  end if;
  update email_domain d set verified_at = coalesce(d.verified_at, at), checked_at = at, missing_since = null, version = d.version + 1, updated_at = at
    where d.tenant_id = current_tenant() and d.id = wanted;
  return found;
end $$;

-- What has run out is removed; times are the caller's, so that its clock rules.
create or replace function housekeep(at timestamptz) returns void language sql security definer set search_path = public, pg_temp as $$
  delete from session where expires_at < housekeep.at - interval '30 days' or ended_at < housekeep.at - interval '30 days';
  delete from socket_ticket where expires_at < housekeep.at;
  delete from mfa_challenge where expires_at < housekeep.at;
  delete from tenant_choice where expires_at < housekeep.at;
  delete from sso_transaction where expires_at < housekeep.at;
  delete from sso_handoff where expires_at < housekeep.at;
  delete from export_request where expires_at < housekeep.at;
  delete from password_reset where expires_at < housekeep.at;
  delete from invitation where expires_at < housekeep.at - interval '30 days';
  delete from address_check where expires_at < housekeep.at;
  delete from mail where created_at < housekeep.at - interval '30 days';
  delete from device_key where least(revoked_at, expires_at) < housekeep.at - interval '30 days';
  delete from webhook_receipt where created_at < housekeep.at - interval '30 days';
  delete from live_event where created_at < housekeep.at - interval '1 hour';
  delete from idempotent_answer where created_at < housekeep.at - interval '1 day';
  delete from attempt where last < housekeep.at - interval '1 hour';
  delete from ingest_volume where day < housekeep.at - interval '10 years';
$$;

-- A person is global, so what becomes of a way of signing in reaches into all tenants: each of these concerns one member of the current tenant.
-- Whoever changes how he signs in keeps the session he does it with; all others end, and with the next version sign-ins under way too. Returns what ended,
-- for the signals. Locks are taken in this order: identity or factor, person, sessions.
create or replace function end_other_sessions(person uuid, keep uuid, reason text, at timestamptz) returns json
  language plpgsql security definer set search_path = public, pg_temp as $$
declare gone json;
begin
  if not exists (select from session s where s.tenant_id = current_tenant() and s.id = keep and s.user_id = person and s.ended_at is null)
    then raise insufficient_privilege; end if;
  update app_user u set sign_in_version = u.sign_in_version + 1 where u.id = person;
  with ended as (
    update session s set ended_at = at, end_reason = reason where s.user_id = person and s.id <> keep and s.ended_at is null returning s.id)
  select coalesce(json_agg(id), '[]') into gone from ended;
  return gone;
end $$;

-- Only who has just verified the password knows the hash that is to be replaced. Null when it is no longer that one.
create or replace function change_password(person uuid, expected text, replacement text, keep uuid, at timestamptz) returns json
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update identity i set password_hash = replacement, first_password_until = null
    where i.user_id = person and i.kind = 'password' and i.password_hash = expected;
  if not found then return null; end if;
  delete from password_reset r where r.user_id = person;
  return end_other_sessions(person, keep, 'password_changed', at);
end $$;

-- The same password, hashed as it is done today: no session ends. False when the hash is no longer that one.
create or replace function upgrade_password(person uuid, expected text, replacement text) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update identity i set password_hash = replacement
    where i.user_id = person and is_member(person) and i.kind = 'password' and i.password_hash = expected;
  return found;
end $$;

-- Sealed: it is of no use without a key of ENCRYPTION_KEYS.
create or replace function retired_pepper_of(key_id text) returns text language sql stable security definer set search_path = public, pg_temp as $$
  select p.sealed from retired_pepper p where p.kid = key_id
$$;

-- Held by a sign-in until its session is there: a change of password or factor comes before it and is seen, or after it and ends it.
drop function if exists hold_password(uuid, text);
create or replace function hold_proof(person uuid, proven int) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from app_user u where u.id = person and is_member(person) and u.sign_in_version = proven for share;
  return found;
end $$;

-- The same for the way through a provider, before the person: used just now. The issuer that names this member; null where it is gone.
create or replace function use_identity(person uuid, used uuid, at timestamptz) returns text
  language sql security definer set search_path = public, pg_temp as $$
  update identity i set last_used_at = at where i.id = used and i.user_id = person and is_member(person) and i.kind = 'oidc' returning i.issuer
$$;

-- Behind the person, so that it waits for nobody who changes the password just now.
create or replace function note_password_use(person uuid, at timestamptz) returns void
  language sql security definer set search_path = public, pg_temp as $$
  update identity i set last_used_at = at
  where i.id = (select p.id from identity p where p.user_id = person and is_member(person) and p.kind = 'password' for update skip locked)
$$;

-- The ways a member signs in, and where a tenant's own provider is one, whose.
create or replace function identities_of(person uuid)
  returns table (id uuid, kind text, issuer text, directory text, tenant_id uuid, tenant_name text, created_at timestamptz, last_used_at timestamptz)
  language sql stable security definer set search_path = public, pg_temp as $$
  select i.id, i.kind, i.issuer, nullif(i.directory, ''), t.id, t.name, i.created_at, i.last_used_at
  from identity i left join tenant t on t.id = i.provider_tenant_id
  where i.user_id = person and is_member(person) order by i.created_at, i.id
$$;

-- A member gives up a way through a provider: what was opened by it ends, in all tenants. '"last"' where no other way would be left that works: a password
-- (`passwords`), the platform's app (`platform`), the provider of a tenant. Null for what is not his. Returns the sessions that ended.
create or replace function unlink_identity(person uuid, gone uuid, passwords boolean, platform boolean, at timestamptz) returns json
  language plpgsql security definer set search_path = public, pg_temp as $$
declare ended json;
begin
  perform from identity i where i.user_id = person and is_member(person) for update;
  if not exists (select from identity i where i.id = gone and i.user_id = person and is_member(person) and i.kind = 'oidc') then return null; end if;
  if not exists (select from identity i where i.user_id = person and i.id <> gone and case
    when i.kind = 'password' then passwords
    when i.provider_tenant_id is null then platform
    else exists (select from sso_provider p where p.tenant_id = i.provider_tenant_id) end) then return '"last"'; end if;
  delete from identity i where i.id = gone;
  delete from mfa_challenge c where c.identity_id = gone;
  delete from tenant_choice c where c.identity_id = gone;
  delete from sso_handoff h where h.identity_id = gone;
  with closed as (
    update session s set ended_at = at, end_reason = 'unlinked'
    where s.user_id = person and s.ended_at is null and (s.identity_id = gone or s.identity_id is null and 'sso' = any(s.amr)) returning s.id)
  select coalesce(json_agg(id), '[]') into ended from closed;
  return ended;
end $$;

-- A way to a new password, for a member who has one: a link that is mailed, or with `expected` for who typed the first password, whose hash that is. Every
-- earlier one is gone. The identity is locked first, here and wherever links are used or dropped.
drop function if exists password_reset_begin(uuid, uuid, text, timestamptz);
create or replace function password_reset_begin(person uuid, reset uuid, reset_hash text, ends timestamptz, expected text) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from identity i where i.user_id = person and i.kind = 'password' and is_member(person)
    and (expected is null or i.password_hash = expected) for update;
  if not found then return false; end if;
  delete from password_reset r where r.user_id = person;
  insert into password_reset (tenant_id, id, hash, user_id, mailed, expires_at)
    values (current_tenant(), reset, reset_hash, person, expected is null, ends);
  return true;
end $$;

-- Only who was mailed the link knows what hashes to this. All sessions and sign-ins under way end; null when the link no longer holds.
create or replace function password_reset_use(reset uuid, reset_hash text, replacement text, at timestamptz) returns json
  language plpgsql security definer set search_path = public, pg_temp as $$
declare person uuid; by_mail boolean; gone json;
begin
  select r.user_id into person from password_reset r where r.tenant_id = current_tenant() and r.id = reset and r.hash = reset_hash;
  perform from identity i where i.user_id = person and i.kind = 'password' for update;
  delete from password_reset r where r.tenant_id = current_tenant() and r.id = reset and r.hash = reset_hash and r.expires_at > at
    returning r.mailed into by_mail;
  if not found then return null; end if;
  update identity i set password_hash = replacement, first_password_until = null where i.user_id = person and i.kind = 'password';
  update app_user u set verified_at = coalesce(u.verified_at, case when by_mail then at end), sign_in_version = u.sign_in_version + 1 where u.id = person;
  with ended as (
    update session s set ended_at = at, end_reason = 'password_changed' where s.user_id = person and s.ended_at is null returning s.id)
  select coalesce(json_agg(id), '[]') into gone from ended;
  return gone;
end $$;

-- A mailed link has shown that the address is this member's.
create or replace function verify_address(person uuid, at timestamptz) returns void language sql security definer set search_path = public, pg_temp as $$
  update app_user u set verified_at = verify_address.at where u.id = person and is_member(person) and u.verified_at is null;
$$;

create or replace function mfa_find(person uuid)
  returns table (secret text, confirmed_at timestamptz, created_at timestamptz, recovery_codes_left int)
  language sql stable security definer set search_path = public, pg_temp as $$
  select f.secret, f.confirmed_at, f.created_at, (select count(*)::int from mfa_recovery_code c where c.user_id = f.user_id)
  from mfa_factor f where f.user_id = person and is_member(person)
$$;

-- Begins an enrolment, or begins it anew while it is pending. False where a factor is in use.
create or replace function mfa_enrol(person uuid, sealed text, at timestamptz) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into mfa_factor as f (user_id, secret, created_at) select person, sealed, at where is_member(person)
    on conflict (user_id) do update set secret = sealed, created_at = at, last_step = 0 where f.confirmed_at is null;
  return found;
end $$;

create or replace function mfa_confirm(person uuid, sealed text, step bigint, codes json, at timestamptz) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update mfa_factor f set confirmed_at = at, last_step = step
    where f.user_id = person and is_member(person) and f.secret = sealed and f.confirmed_at is null;
  if not found then return false; end if;
  delete from mfa_recovery_code c where c.user_id = person;
  insert into mfa_recovery_code (id, user_id, hash) select gen_random_uuid(), person, hash from json_array_elements_text(codes) hash;
  -- Before a session of the same transaction holds it in part.
  perform from app_user u where u.id = person for no key update;
  return true;
end $$;

-- A time step is taken once, however many ask at the same moment: the row lock decides, and the loser sees what the winner wrote.
create or replace function mfa_take_step(person uuid, step bigint) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update mfa_factor f set last_step = step
    where f.user_id = person and is_member(person) and f.confirmed_at is not null and f.last_step < step;
  return found;
end $$;

create or replace function mfa_take_recovery_code(person uuid, code_hash text) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from mfa_recovery_code c where c.user_id = person and is_member(person) and c.hash = code_hash;
  return found;
end $$;

create or replace function mfa_remove(person uuid) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from mfa_recovery_code c where c.user_id = person and is_member(person);
  delete from mfa_factor f where f.user_id = person and is_member(person);
  return found;
end $$;

create or replace function mfa_renew_codes(person uuid, codes json) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from mfa_factor f where f.user_id = person and is_member(person) and f.confirmed_at is not null for update;
  if not found then return false; end if;
  delete from mfa_recovery_code c where c.user_id = person;
  insert into mfa_recovery_code (id, user_id, hash) select gen_random_uuid(), person, hash from json_array_elements_text(codes) hash;
  return true;
end $$;

-- An administrator switches the factor of a member off who lost it. Somebody who belongs to another tenant too is not his to weaken: 'elsewhere'.
-- Returns the sessions that ended; null where there is no factor.
create or replace function mfa_reset(person uuid, at timestamptz) returns json
  language plpgsql security definer set search_path = public, pg_temp as $$
declare gone json;
begin
  if not is_member(person) then return null; end if;
  if exists (select from membership m where m.user_id = person and m.tenant_id <> current_tenant()) then return '"elsewhere"'; end if;
  delete from mfa_factor f where f.user_id = person and f.confirmed_at is not null;
  if not found then return null; end if;
  delete from mfa_recovery_code c where c.user_id = person;
  update app_user u set sign_in_version = u.sign_in_version + 1 where u.id = person;
  with ended as (
    update session s set ended_at = at, end_reason = 'mfa_reset' where s.user_id = person and s.ended_at is null returning s.id)
  select coalesce(json_agg(id), '[]') into gone from ended;
  return gone;
end $$;

-- The members of the current tenant who have a second factor.
create or replace function members_with_mfa() returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
  select f.user_id from mfa_factor f join membership m on m.user_id = f.user_id
  where m.tenant_id = current_tenant() and f.confirmed_at is not null
$$;

-- Where the job of a key is being taken up just as another is queued for what it may not see any more, add_job finds it neither waiting nor begun, adds none and
-- gives nothing back. Asked again it sees it begun.
create or replace function queue_job(task text, tenant uuid, payload json default '{}', key text default null, run_at timestamptz default null, priority int default null)
  returns void language plpgsql set search_path = public, pg_temp as $$
begin
  while (graphile_worker.add_job(task, (payload::jsonb || jsonb_build_object('tenant_id', tenant))::json, job_key => task || ':' || tenant || queue_job.key,
    run_at => queue_job.run_at, priority => queue_job.priority, max_attempts => 10)).id is null loop end loop;
end $$;

-- The one job an ingestor may queue: look at what came in for this tenant.
create or replace function queue_records(tenants uuid[]) returns void language sql security definer set search_path = public, pg_temp as $$
  select queue_job('records.handle', t, key => '') from unnest(tenants) t
$$;

-- Notes that devices used these keys, to the minute. The first use of a key ends what it was made to replace: told to all who remember it, and returned.
-- All living keys of these devices are locked first, in the order of devices and keys: two batches wait for each other, never in a circle, and a key that
-- somebody ended meanwhile replaces nothing.
create or replace function use_device_keys(used json, at timestamptz) returns json
  language plpgsql security definer set search_path = public, pg_temp as $$
declare key record; gone text; ended text[] := '{}';
begin
  perform from device_key k
    where k.revoked_at is null and (k.tenant_id, k.device_id) in (
      select d.tenant_id, d.device_id from json_to_recordset(used) as u(tenant_id uuid, id uuid) join device_key d on d.tenant_id = u.tenant_id and d.id = u.id
      where d.revoked_at is null and (d.last_used_at is null or d.last_used_at <= at - interval '1 minute'))
    order by k.tenant_id, k.device_id, k.id for no key update;
  for key in
    select k.tenant_id, k.id, k.device_id, k.last_used_at is null and k.expires_at is null as is_new
    from json_to_recordset(used) as u(tenant_id uuid, id uuid) join device_key k on k.tenant_id = u.tenant_id and k.id = u.id
    where k.revoked_at is null and (k.last_used_at is null or k.last_used_at <= at - interval '1 minute')
    order by k.tenant_id, k.device_id, k.id
  loop
    update device_key k set last_used_at = at where k.tenant_id = key.tenant_id and k.id = key.id;
    continue when not key.is_new;
    for gone in
      update device_key k set revoked_at = at
      where k.tenant_id = key.tenant_id and k.device_id = key.device_id and k.id <> key.id and k.revoked_at is null and k.expires_at is not null
      returning k.key_hash
    loop
      perform pg_notify('monozu', 'devices ' || gone);
      ended := ended || gone;
    end loop;
  end loop;
  return to_json(ended);
end $$;
revoke all on function audited_tenants(boolean), find_identity(text, text, text, uuid), find_confirmed_account(text), find_member(text, uuid), find_invitations(text, timestamptz), find_domain(text), prove_domain(uuid, timestamptz), find_sign_in(text), housekeep(timestamptz), queue_records(uuid[]), prepare_partitions(timestamptz), use_device_keys(json, timestamptz) from public;
grant execute on function use_device_keys(json, timestamptz) to monozu_app, monozu_ingest;
grant execute on function audited_tenants(boolean), find_identity(text, text, text, uuid), find_confirmed_account(text), find_member(text, uuid), find_invitations(text, timestamptz), find_domain(text), prove_domain(uuid, timestamptz), find_sign_in(text), housekeep(timestamptz) to monozu_app;
revoke all on function attempt_begin(text, text[], int[], text, int, timestamptz, int, int, int), attempt_end(text, text[], text, timestamptz) from public;
grant execute on function attempt_begin(text, text[], int[], text, int, timestamptz, int, int, int), attempt_end(text, text[], text, timestamptz) to monozu_app;
do $$ declare f regprocedure; begin
  foreach f in array array['end_other_sessions(uuid, uuid, text, timestamptz)', 'change_password(uuid, text, text, uuid, timestamptz)', 'hold_proof(uuid, int)', 'use_identity(uuid, uuid, timestamptz)', 'note_password_use(uuid, timestamptz)', 'identities_of(uuid)',
    'unlink_identity(uuid, uuid, boolean, boolean, timestamptz)',
    'upgrade_password(uuid, text, text)', 'retired_pepper_of(text)', 'mfa_find(uuid)',
    'mfa_enrol(uuid, text, timestamptz)', 'mfa_confirm(uuid, text, bigint, json, timestamptz)', 'mfa_take_step(uuid, bigint)',
    'mfa_take_recovery_code(uuid, text)', 'mfa_remove(uuid)', 'mfa_renew_codes(uuid, json)', 'mfa_reset(uuid, timestamptz)', 'members_with_mfa()', 'password_reset_begin(uuid, uuid, text, timestamptz, text)',
    'password_reset_use(uuid, text, text, timestamptz)', 'verify_address(uuid, timestamptz)']::regprocedure[]
  loop
    execute format('revoke all on function %s from public', f);
    execute format('grant execute on function %s to monozu_app', f);
  end loop;
end $$;
grant execute on function queue_records(uuid[]) to monozu_ingest;
revoke all on function queue_job(text, uuid, json, text, timestamptz, int) from public;
grant execute on function queue_job(text, uuid, json, text, timestamptz, int) to monozu_app;

-- The queue: its library keeps row-level security on without policies, so the worker's role is named here.
grant usage on schema graphile_worker to monozu_app;
grant select, insert, update, delete on all tables in schema graphile_worker to monozu_app;
grant execute on all functions in schema graphile_worker to monozu_app;
do $$ declare t regclass; begin
  for t in select oid from pg_class where relkind = 'r' and relrowsecurity and relnamespace = 'graphile_worker'::regnamespace loop
    execute format('drop policy if exists monozu_worker on %s', t);
    execute format('create policy monozu_worker on %s to monozu_app using (true) with check (true)', t);
  end loop;
end $$;

-- Readiness compares what was migrated with what the program carries.
-- One row: which installation this database is. It travels with a dump and to a replica, so that what an ingestor kept on disk is stored nowhere else.
create table if not exists installation (id uuid primary key default gen_random_uuid());
insert into installation select where not exists (select from installation);
grant select on installation to monozu_ingest;
grant usage on schema drizzle to monozu_app, monozu_ingest;
grant select on drizzle.__drizzle_migrations to monozu_app, monozu_ingest;

-- The ingestor notes where telemetry arrived; the application makes rollups of it.
revoke insert on telemetry_arrival from monozu_app;
grant execute on function addend(float8), rollup_due(timestamptz, int, timestamptz) to monozu_app;
grant select, insert, update on telemetry_arrival to monozu_ingest;
drop policy if exists telemetry_arrival_ingest on telemetry_arrival;
create policy telemetry_arrival_ingest on telemetry_arrival to monozu_ingest using (true) with check (true);
drop policy if exists telemetry_arrival_narrow on telemetry_arrival;
create policy telemetry_arrival_narrow on telemetry_arrival to monozu_owner using (true);
drop policy if exists telemetry_open_hour_narrow on telemetry_open_hour;
create policy telemetry_open_hour_narrow on telemetry_open_hour to monozu_owner using (true);
-- A rollup for each tenant of which telemetry waits for one, the buckets of this very moment aside.
create or replace function queue_rollups(at timestamptz) returns void language sql security definer set search_path = public, pg_temp as $$
  select queue_job('telemetry.rollup', a.tenant_id, key => '')
  from (
    select w.tenant_id from telemetry_arrival w where rollup_due(w.at, 300, queue_rollups.at)
    union select o.tenant_id from telemetry_open_hour o where rollup_due(o.at, 3600, queue_rollups.at)) a
$$;
-- How many buckets of all tenants wait for their rollup, and from when the oldest is; an hour from its last five minutes.
create or replace function rollups_waiting(at timestamptz) returns table (buckets int, oldest timestamptz) language sql stable security definer
  set search_path = public, pg_temp as $$
  select count(*)::int, min(d.at) from (
    select w.at from telemetry_arrival w where rollup_due(w.at, 300, rollups_waiting.at)
    union all select o.at + interval '55 minutes' from telemetry_open_hour o where rollup_due(o.at, 3600, rollups_waiting.at)) d
$$;
revoke all on function queue_rollups(timestamptz), rollups_waiting(timestamptz) from public;
grant execute on function queue_rollups(timestamptz), rollups_waiting(timestamptz) to monozu_app;

-- What is older than anybody keeps goes with its partition. All tenants remember up to when, so that a rollup is not made anew of what is left.
drop policy if exists telemetry_retention_narrow on telemetry_retention;
create policy telemetry_retention_narrow on telemetry_retention to monozu_owner using (true) with check (true);
do $$ declare t regclass; begin
  foreach t in array array['telemetry_frame', 'telemetry_rollup', 'device_record']::regclass[] loop
    execute format('drop policy if exists %I on %s', t || '_narrow', t);
    execute format('create policy %I on %s for select to monozu_owner using (true)', t || '_narrow', t);
  end loop;
end $$;
create or replace function expire_telemetry(frames_before timestamptz, rollups_before timestamptz) returns int language plpgsql security definer
  set search_path = public, pg_temp set timezone = 'UTC' set lock_timeout = '3s' set enable_seqscan = off set enable_bitmapscan = off as $$
declare name text; dropped int := 0;
begin
  perform pg_advisory_xact_lock(6206801);
  for name in select c.relname from pg_class c join pg_inherits i on i.inhrelid = c.oid
    where (i.inhparent = 'telemetry_frame'::regclass and c.relname ~ '_\d{8}$' and to_date(right(c.relname, 8), 'YYYYMMDD') + interval '1 week' <= frames_before)
      or (i.inhparent = 'telemetry_rollup'::regclass and c.relname ~ '_\d{6}$' and to_date(right(c.relname, 6) || '01', 'YYYYMMDD') + interval '1 month' <= rollups_before)
  loop
    if dropped = 0 then
      insert into telemetry_retention as r (tenant_id, id, raw_expired_before) select id, gen_random_uuid(), frames_before from tenant where status <> 'deleted'
        on conflict (tenant_id) do update set raw_expired_before = greatest(r.raw_expired_before, excluded.raw_expired_before);
    end if;
    execute format('drop table %I', name);
    dropped := dropped + 1;
  end loop;
  -- After what somebody waits for: 0 is what other jobs have. One look at an index for each tenant and partition, whatever the planner believes of one that
  -- was never analyzed: it would rather read all of it, once for each tenant or into a hash (which `exists` allows it, and a subquery for a value does not).
  perform queue_job('telemetry.expire', t.id, key => '', priority => 10)
  from tenant t where t.status <> 'deleted' and coalesce(
    (select true from telemetry_frame f where f.tenant_id = t.id limit 1),
    (select true from telemetry_rollup u where u.tenant_id = t.id limit 1),
    (select true from device_record d where d.tenant_id = t.id limit 1),
    (select true from rejected_record r where r.tenant_id = t.id limit 1));
  return dropped;
end $$;
revoke all on function expire_telemetry(timestamptz, timestamptz) from public;
grant execute on function expire_telemetry(timestamptz, timestamptz) to monozu_app;

-- Refused records: the application asks for one to be examined again, the ingestor does it and settles the refusal with what it stores.
grant update (replay_requested_at, updated_at, version) on rejected_record to monozu_app;
grant select (tenant_id, id, device_id, record, replayable, replay_requested_at) on rejected_record to monozu_ingest;
drop policy if exists rejected_record_ingest_see on rejected_record;
create policy rejected_record_ingest_see on rejected_record for select to monozu_ingest using (tenant_id = current_tenant());
drop policy if exists rejected_record_narrow on rejected_record;
create policy rejected_record_narrow on rejected_record to monozu_owner using (true) with check (true);
create or replace function replays_waiting() returns table (tenant_id uuid) language sql stable security definer set search_path = public, pg_temp as $$
  select distinct r.tenant_id from rejected_record r where r.replay_requested_at is not null
$$;
create or replace function settle_replays(results json) returns void language sql security definer set search_path = public, pg_temp as $$
  delete from rejected_record r using json_to_recordset(results) as d (tenant_id uuid, id uuid, error text)
    where r.tenant_id = d.tenant_id and r.id = d.id and d.error is null;
  update rejected_record r set error = d.error, detail = d.detail, replay_requested_at = null, replayed_at = now(), updated_at = now(), version = r.version + 1
    from json_to_recordset(results) as d (tenant_id uuid, id uuid, error text, detail text)
    where r.tenant_id = d.tenant_id and r.id = d.id and d.error is not null;
$$;
revoke all on function replays_waiting(), settle_replays(json) from public;
grant execute on function replays_waiting(), settle_replays(json) to monozu_ingest;

-- What the ingestors counted; several add to the same day, in one order. A tenant that is gone gets no new row.
create or replace function note_volumes(volumes json) returns void language sql security definer set search_path = public, pg_temp as $$
  insert into ingest_volume as v (tenant_id, id, day, requests, records, values, rejected, bytes)
    select c.tenant_id, gen_random_uuid(), c.day, c.requests, c.records, c.values, c.rejected, c.bytes
    from json_to_recordset(volumes) as c (tenant_id uuid, day date, requests bigint, records bigint, values bigint, rejected bigint, bytes bigint)
    join tenant t on t.id = c.tenant_id and t.status <> 'deleted'
    order by c.tenant_id, c.day
    on conflict (tenant_id, day) do update set requests = v.requests + excluded.requests, records = v.records + excluded.records,
      values = v.values + excluded.values, rejected = v.rejected + excluded.rejected, bytes = v.bytes + excluded.bytes, updated_at = now()
$$;
revoke all on function note_volumes(json) from public;
grant execute on function note_volumes(json) to monozu_ingest;
-- The Management plane is told numbers of tenants, and nothing else of them.
create or replace function usage_of_tenants(after uuid, most int, at timestamptz, since date, raw_days int)
  returns table (tenant_id uuid, users int, devices int, devices_online int, failed_jobs int, last_seen_at timestamptz, stored_bytes bigint, days json)
  language sql stable security definer set search_path = public, pg_temp as $$
  with page as materialized (
    select t.id from tenant t where usage_of_tenants.after is null or t.id > usage_of_tenants.after order by t.id limit most),
  failed as materialized (
    select j.payload->>'tenant_id' as tenant, count(*)::int as jobs from graphile_worker._private_jobs j where j.attempts >= j.max_attempts group by 1)
  select p.id,
    (select count(*)::int from membership m where m.tenant_id = p.id and not m.disabled),
    (select count(*)::int from device d where d.tenant_id = p.id),
    coalesce(seen.online, 0),
    coalesce((select f.jobs from failed f where f.tenant = p.id::text), 0),
    seen.last,
    coalesce((select sum(v.bytes)::bigint from ingest_volume v where v.tenant_id = p.id and v.day > usage_of_tenants.at::date
      - least(usage_of_tenants.raw_days, (select r.raw_days from telemetry_retention r where r.tenant_id = p.id))), 0),
    coalesce((select json_agg(json_build_object('day', v.day, 'requests', v.requests, 'records', v.records, 'values', v.values,
      'rejected', v.rejected, 'bytes', v.bytes) order by v.day) from ingest_volume v where v.tenant_id = p.id and v.day >= usage_of_tenants.since), '[]')
  from page p
  cross join lateral (
    select count(*) filter (where s.last_seen_at > usage_of_tenants.at - interval '75 seconds')::int as online, max(s.last_seen_at) as last
    from device_presence s where s.tenant_id = p.id) seen
  order by p.id
$$;
revoke all on function usage_of_tenants(uuid, int, timestamptz, date, int) from public;
grant execute on function usage_of_tenants(uuid, int, timestamptz, date, int) to monozu_app;

-- The Management plane: its own schema, for its role alone. Its log is appended to; of the Cloud it may ask what the functions here answer, and nothing else.
revoke all on schema management from public;
grant usage on schema management, drizzle to monozu_management;
grant select on drizzle.__drizzle_migrations to monozu_management;
grant select, insert, update, delete on all tables in schema management to monozu_management;
revoke update, delete on management.audit_entry from monozu_management;
revoke delete on management.tenant, management.staff, management.licence, management.plan, management.support_request from monozu_management;
revoke all on all tables in schema management from monozu_app, monozu_ingest;

-- Throttling and retired peppers are the Cloud's, told apart by name.
create or replace function management.attempt_begin(slow text, others text[], most int[], crowd text, crowd_most int, at timestamptz, free int, longest_ms int, window_ms int)
  returns float8 language sql security definer set search_path = public, pg_temp as $$
  select public.attempt_begin(slow, others, most, crowd, crowd_most, at, free, longest_ms, window_ms)
$$;
create or replace function management.attempt_end(slow text, others text[], verdict text, at timestamptz) returns void
  language sql security definer set search_path = public, pg_temp as $$ select public.attempt_end(slow, others, verdict, at) $$;
create or replace function management.retired_pepper_of(key_id text) returns text
  language sql stable security definer set search_path = public, pg_temp as $$ select public.retired_pepper_of(key_id) $$;

-- Tenants that register themselves are known to the Management plane with the same commit, and so is a new name.
create or replace function management.note_tenant() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into management.tenant as t (id, name, state) values (new.id, new.name, new.status)
    on conflict (id) do update set name = excluded.name, updated_at = now(), version = t.version + 1 where t.name <> excluded.name and t.state <> 'deleted';
  return null;
end $$;
create or replace trigger tenant_note after insert or update of name on tenant for each row execute function management.note_tenant();
insert into management.tenant (id, name, state) select id, name, status from tenant on conflict (id) do nothing;
-- What became of a tenant that leaves, told to the Management plane with the same commit; only what is on this list, and only of the tenant at hand.
create or replace function tell_management(entry uuid, who uuid, what text, thing uuid, said jsonb, address text, request text) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if what not in ('archives.complete', 'archives.mail', 'archives.download', 'support.approve', 'support.refuse', 'support.end', 'support.enter', 'support.act', 'jobs.retry')
    then raise insufficient_privilege; end if;
  update management.support_request r set updated_at = now(), version = r.version + 1, expires_at = coalesce((said->>'expires_at')::timestamptz, r.expires_at),
    state = case what when 'support.approve' then 'active' when 'support.refuse' then 'refused' else 'ended' end,
    ended_at = case when what = 'support.end' then coalesce(r.ended_at, now()) else r.ended_at end
    where what in ('support.approve', 'support.refuse', 'support.end') and r.id = thing and r.tenant_id = current_tenant() and r.state in ('asked', 'active');
  insert into management.audit_entry (id, at, actor_kind, actor_id, action, outcome, tenant_id, entity_id, after, address, request_id)
    values (entry, now(), 'tenant', who, what, 'success', current_tenant(), thing, said, tell_management.address, request);
end $$;
revoke all on function tell_management(uuid, uuid, text, uuid, jsonb, text, text) from public;
grant execute on function tell_management(uuid, uuid, text, uuid, jsonb, text, text) to monozu_app;

-- A tenant that was deleted: what is left of it is to be removed, and nothing else may be seen of it on the way.
create or replace function is_deleted() returns boolean language sql stable as $$
  select exists (select from tenant where id = current_tenant() and status = 'deleted')
$$;
do $$ declare t text; begin
  for t in select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
    where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
  loop
    execute format('drop policy if exists %I on %I', t || '_erase', t);
    execute format('create policy %I on %I to monozu_owner using (tenant_id = current_tenant() and is_deleted())', t || '_erase', t);
  end loop;
end $$;

-- Removes up to so many rows of the tenant at hand, which must be deleted, out of every table there is, those that refer to others first. With the last
-- membership of somebody he goes himself. Returns how many rows; the counts and the last signed checkpoint of its audit chain are kept as proof.
create or replace function erase_tenant(most int, checkpoint jsonb) returns int language plpgsql security definer set search_path = public, pg_temp as $$
declare t record; gone bigint; total int := 0; before int; people uuid[]; counts jsonb := '{}'; refers_to_itself boolean;
begin
  if not is_deleted() then raise insufficient_privilege; end if;
  delete from graphile_worker._private_jobs j where j.payload->>'tenant_id' = current_tenant()::text and j.locked_at is null;
  loop
    before := total;
    for t in
      with recursive own as (
        select c.oid as id, c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
        where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace),
      depths (id, depth) as (
        select id, 0 from own union
        select k.confrelid, d.depth + 1 from depths d join pg_constraint k on k.conrelid = d.id and k.contype = 'f' and k.confrelid <> k.conrelid)
      select o.id, o.name, max(d.depth) as depth,
        exists (select from pg_constraint k where k.contype = 'f' and k.conrelid = o.id and k.confrelid = o.id) as refers_to_itself,
        (select string_agg(quote_ident(a.attname), ', ') from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey::int2[])
          where i.indrelid = o.id and i.indisprimary) as key
      from own o join depths d on d.id = o.id group by o.id, o.name order by 3, 2
    loop
      exit when total >= most;
      if t.name = 'membership' then
        with doomed as (select m.id from membership m where m.tenant_id = current_tenant() limit most - total),
          dead as (delete from membership m using doomed d where m.tenant_id = current_tenant() and m.id = d.id returning m.user_id)
        select coalesce(array_agg(user_id), '{}') into people from dead;
        gone := cardinality(people);
        people := array(select p from unnest(people) p where not exists (select from membership m where m.user_id = p));
        delete from mfa_recovery_code c where c.user_id = any(people);
        delete from mfa_factor f where f.user_id = any(people);
        delete from identity i where i.user_id = any(people);
        delete from app_user u where u.id = any(people);
      else
        -- All at once where rows refer to each other: in parts, one that is left would.
        execute format('delete from %1$I where tenant_id = current_tenant() and (%2$s) in (select %2$s from %1$I where tenant_id = current_tenant() limit %3$s)',
          t.name, t.key, case when t.refers_to_itself then 'all' else (most - total)::text end);
        get diagnostics gone = row_count;
      end if;
      total := total + gone;
      if gone > 0 then counts := counts || jsonb_build_object(t.name, coalesce((counts->>t.name)::bigint, 0) + gone); end if;
    end loop;
    exit when total = before or total >= most;
  end loop;
  delete from identity i where i.provider_tenant_id = current_tenant();
  update tenant set name = 'deleted', require_mfa = false, session_idle_minutes = null, session_hours = null where id = current_tenant() and name <> 'deleted';
  if total > 0 then
    update management.tenant m set erasing = jsonb_build_object('checkpoint', coalesce(nullif(m.erasing->'checkpoint', 'null'), erase_tenant.checkpoint), 'rows',
      coalesce(m.erasing->'rows', '{}') || (select jsonb_object_agg(key, value::bigint + coalesce((m.erasing->'rows'->>key)::bigint, 0)) from jsonb_each_text(counts)))
    where m.id = current_tenant();
  end if;
  return total;
end $$;
create or replace function erasure_done(entry uuid, at timestamptz) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare proof jsonb;
begin
  if not is_deleted() then raise insufficient_privilege; end if;
  select m.erasing into proof from management.tenant m where m.id = current_tenant();
  update management.tenant m set erasing = null, erased_at = coalesce(m.erased_at, erasure_done.at) where m.id = current_tenant()
    and (m.erased_at is null or m.erasing is not null);
  if not found then return; end if;
  insert into management.audit_entry (id, at, actor_kind, actor_id, action, outcome, tenant_id, after)
    values (entry, now(), 'tenant', current_tenant(), 'tenants.erase_rows', 'success', current_tenant(), coalesce(proof, '{"rows": {}}'));
end $$;
-- An archive whose making has stopped is taken up again, and what came into a deleted tenant within the month is removed again (an ingestor may have held it back).
create or replace function resume_offboarding(at timestamptz) returns void language sql security definer set search_path = public, pg_temp as $$
  select queue_job('offboarding.archive', a.tenant_id, key => ':archive')
  from archive a where a.state = 'making' and a.updated_at < resume_offboarding.at - interval '5 minutes';
  select queue_job('offboarding.erase', t.id, key => ':erase')
  from tenant t where t.status = 'deleted' and t.updated_at > resume_offboarding.at - interval '30 days';
$$;
-- A job of the tenant at hand that was given up begins anew; null where it is none. Its task.
create or replace function retry_job(job bigint) returns text language sql set search_path = public, pg_temp as $$
  update graphile_worker._private_jobs j set attempts = 0, run_at = now(), updated_at = now(), last_error = null from graphile_worker._private_tasks t
  where t.id = j.task_id and j.id = job and j.payload->>'tenant_id' = current_tenant()::text and j.attempts >= j.max_attempts and j.locked_at is null
  returning t.identifier
$$;
revoke all on function retry_job(bigint) from public;
grant execute on function retry_job(bigint) to monozu_app;
revoke all on function erase_tenant(int, jsonb), erasure_done(uuid, timestamptz), resume_offboarding(timestamptz) from public;
grant execute on function erase_tenant(int, jsonb), erasure_done(uuid, timestamptz), resume_offboarding(timestamptz) to monozu_app;

-- How far a tenant that leaves has come: numbers and moments, no row of it.
drop function if exists management.offboarding_of(uuid);
create function management.offboarding_of(tenant uuid)
  returns table (state text, tables int, tables_done int, rows bigint, bytes bigint, begun_at timestamptz, moved_at timestamptz, ready_at timestamptz,
    recipients int, links_end_at timestamptz, downloads int, downloaded_at timestamptz)
  language sql stable security definer set search_path = public, pg_temp as $$
  select a.state, a.tables, (select count(distinct f->>'table')::int from jsonb_array_elements(a.files) f), a.rows, a.bytes, a.created_at, a.updated_at, a.ready_at,
    l.recipients, l.ends, l.downloads, l.last
  from archive a, lateral (
    select count(*)::int as recipients, max(expires_at) as ends, coalesce(sum(downloads), 0)::int as downloads, max(downloaded_at) as last
    from archive_link k where k.tenant_id = a.tenant_id) l
  where a.tenant_id = offboarding_of.tenant
$$;
do $$ declare t text; begin
  foreach t in array array['archive', 'archive_link'] loop
    execute format('drop policy if exists %I on %I', t || '_narrow', t);
    execute format('create policy %I on %I for select to monozu_owner using (true)', t || '_narrow', t);
  end loop;
end $$;

drop function if exists management.figures(uuid[], timestamptz);
drop policy if exists device_figures on device;
drop policy if exists device_presence_figures on device_presence;
revoke all on all functions in schema management from public;
grant execute on all functions in schema management to monozu_management;
revoke execute on function management.note_tenant() from monozu_management;
