-- Telemetry is partitioned, which drizzle-kit cannot say. Ours, idempotent, run as monozu_owner after every migration and before harden.sql.

-- A frame a row, partitioned by week. Times outside of all weeks made so far go to the default partition.
create table if not exists telemetry_frame (
  tenant_id uuid not null,
  device_id uuid not null,
  at timestamptz(3) not null,
  layout_id uuid not null,
  values float8[] not null,
  primary key (tenant_id, device_id, at, layout_id)
) partition by range (at);
create table if not exists telemetry_frame_default partition of telemetry_frame default;

-- What an ingestor hands over, many at a time: a type of its own, so that it stays the same when the table changes.
do $$ begin
  if to_regtype('incoming_frame') is null then
    create type incoming_frame as (tenant_id uuid, device_id uuid, at timestamptz, layout_id uuid, values float8[]);
  end if;
end $$;

-- What the frames of a layout amount to in a bucket of 300 or 3600 seconds that begins `at`: an element for each of its metrics. What an older layout
-- has of the same moment (a metric sent again with others beside it) does not count here, nor do values that
-- are no finite numbers; where none does, the count is 0 and the others are null. `increases` is what a counter grew within the bucket.
create table if not exists telemetry_rollup (
  tenant_id uuid not null,
  device_id uuid not null,
  seconds int not null check (seconds in (300, 3600)),
  at timestamptz(3) not null,
  layout_id uuid not null,
  counts int[] not null,
  lows float8[] not null,
  highs float8[] not null,
  totals float8[] not null,
  firsts float8[] not null,
  lasts float8[] not null,
  increases float8[] not null,
  primary key (tenant_id, device_id, seconds, at, layout_id)
) partition by range (at);
create table if not exists telemetry_rollup_default partition of telemetry_rollup default;

-- Five minutes of a device that received frames since their rollup was made. Written with the frames, so that a bucket is either here, or its rollup
-- is exactly what its frames say. On an upgrade all frames there are count as just arrived; their owner may look at them for this one statement.
do $$ begin
  if to_regclass('telemetry_arrival') is null then
    create table telemetry_arrival (
      tenant_id uuid not null,
      device_id uuid not null,
      at timestamptz(3) not null,
      primary key (tenant_id, device_id, at)
    );
    alter table telemetry_frame no force row level security;
    insert into telemetry_arrival select distinct tenant_id, device_id, date_bin('5 minutes', at, '2000-01-03Z') from telemetry_frame;
    alter table telemetry_frame force row level security;
  end if;
end $$;

-- An hour of a device whose five minutes were made since it was: written with them, so that the rollup of an hour is made of what they are, or it is here.
create table if not exists telemetry_open_hour (
  tenant_id uuid not null,
  device_id uuid not null,
  at timestamptz(3) not null,
  primary key (tenant_id, device_id, at)
);

create or replace function may_see_device(device uuid) returns boolean language plpgsql stable parallel safe as $$
begin
  return exists (select from device d where d.tenant_id = current_tenant() and d.id = device);
end $$;

-- The same, asked for each row of telemetry: the device seen last is remembered until the transaction ends, with the units it was seen for. What remembers
-- cannot be part of a parallel plan, on either side of it.
create or replace function may_see_telemetry(device uuid) returns boolean language plpgsql stable parallel unsafe as $$
declare sight text;
begin
  sight := concat_ws(' ', current_setting('app.tenant_id', true), device, current_setting('app.units', true));
  if current_setting('app.seen_device', true) = sight then return true; end if;
  if not may_see_device(device) then return false; end if;
  perform set_config('app.seen_device', sight, true);
  return true;
end $$;

do $$ declare t text; begin
  foreach t in array array['telemetry_frame', 'telemetry_rollup', 'telemetry_arrival', 'telemetry_open_hour'] loop
    execute format('alter table %I enable row level security', t);
    execute format('drop policy if exists %I on %I', t || '_tenant', t);
    execute format('create policy %I on %I to monozu_app using (tenant_id = current_tenant() and (sees_all() or may_see_telemetry(device_id)))
      with check (tenant_id = current_tenant() and (sees_all() or may_see_telemetry(device_id)))', t || '_tenant', t);
  end loop;
end $$;

-- What a number adds to a total: two of the largest doubles would have none.
create or replace function addend(v float8) returns float8 language sql immutable parallel safe as $$ select greatest(-1e290, least(1e290, v)) $$;

-- Whether the rollup of what begins then is due: once that has been over for five minutes. What is still being written would be taken up again and again, and an
-- ingestor counts on what it noted in the last six minutes. What a clock that is far ahead sends does not wait for its time to come.
create or replace function rollup_due(begins timestamptz, seconds int, present timestamptz) returns boolean language sql stable parallel safe as $$
  select begins < present - make_interval(secs => seconds + 300) or begins > present + interval '1 day'
$$;

-- The owner itself does not see what sits in the default partition: making the table is what shows it.
create or replace function make_partition(parent text, name text, begins timestamptz, ends timestamptz) returns int language plpgsql
  set search_path = public, pg_temp as $$
begin
  if to_regclass(name) is not null then return 0; end if;
  execute format('create table %I partition of %I for values from (%L) to (%L)', name, parent, begins, ends);
  execute format('alter table %I enable row level security', name);
  execute format('alter table %I force row level security', name);
  return 1;
exception when check_violation then return 0;
end $$;

-- Weeks of frames from three ago to three ahead, Monday to Monday, and months of rollups from two ago to two ahead, in UTC. A stretch of which
-- rows already sit in the default partition stays there.
create or replace function prepare_partitions(today timestamptz default now()) returns int language plpgsql security definer
  set search_path = public, pg_temp set timezone = 'UTC' as $$
declare begins timestamptz; made int := 0;
begin
  perform pg_advisory_xact_lock(6206801);
  for begins in select generate_series(date_trunc('week', today) - interval '3 weeks', date_trunc('week', today) + interval '3 weeks', interval '1 week') loop
    made := made + make_partition('telemetry_frame', 'telemetry_frame_' || to_char(begins, 'YYYYMMDD'), begins, begins + interval '1 week');
  end loop;
  for begins in select generate_series(date_trunc('month', today) - interval '2 months', date_trunc('month', today) + interval '2 months', interval '1 month') loop
    made := made + make_partition('telemetry_rollup', 'telemetry_rollup_' || to_char(begins, 'YYYYMM'), begins, begins + interval '1 month');
  end loop;
  return made;
end $$;
select prepare_partitions();
