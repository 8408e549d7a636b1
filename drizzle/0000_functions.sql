-- The policies of all tables call these. STABLE, so that an index condition evaluates them once; outside of a tenant they match nothing.
create function current_tenant() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.tenant_id', true), '')::uuid $$;
--> statement-breakpoint
create function sees_all() returns boolean language sql stable parallel safe
  as $$ select coalesce(current_setting('app.units', true) = 'all', false) $$;
--> statement-breakpoint
create function may_see_unit(unit uuid) returns boolean language sql stable parallel safe
  as $$ select case current_setting('app.units', true)
    when 'all' then true when '' then false else coalesce(unit = any(current_setting('app.units', true)::uuid[]), false) end $$;
--> statement-breakpoint
create function may_see_device(device uuid) returns boolean language plpgsql stable parallel safe
  as $$ begin
    return case when current_setting('app.units', true) = 'all' then true
      else exists (select from device d where d.tenant_id = current_tenant() and d.id = device) end;
  end $$;
--> statement-breakpoint
create function is_member(person uuid) returns boolean language plpgsql stable parallel safe
  as $$ begin return exists (select from membership m where m.tenant_id = current_tenant() and m.user_id = person); end $$;
