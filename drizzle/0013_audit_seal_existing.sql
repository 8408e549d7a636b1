-- What was written before there was a chain waits for its seal as well.
alter table audit_log no force row level security;
--> statement-breakpoint
alter table audit_pending no force row level security;
--> statement-breakpoint
insert into audit_pending (tenant_id, id) select tenant_id, id from audit_log;
--> statement-breakpoint
alter table audit_log force row level security;
--> statement-breakpoint
alter table audit_pending force row level security;
