CREATE TABLE "audit_log" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" uuid NOT NULL,
	"action" text NOT NULL,
	"entity_id" uuid,
	"before" jsonb,
	"after" jsonb,
	"address" text,
	"request_id" text,
	CONSTRAINT "audit_log_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "audit_log" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "idempotent_answer" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"actor_id" uuid NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"answer" text,
	CONSTRAINT "idempotent_answer_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "idempotent_answer" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "live_cursor" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"channel" text NOT NULL,
	"seq" bigint NOT NULL,
	CONSTRAINT "live_cursor_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "live_cursor" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "live_event" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"channel" text NOT NULL,
	"seq" bigint NOT NULL,
	"type" text NOT NULL,
	"permission" text NOT NULL,
	"org_unit_id" uuid,
	"data" jsonb NOT NULL,
	CONSTRAINT "live_event_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "live_event" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "socket_ticket" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"hash" text NOT NULL,
	"session_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "socket_ticket_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "socket_ticket" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "command" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"device_id" uuid NOT NULL,
	"type" text NOT NULL,
	"arguments" jsonb NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"lease_expires_at" timestamp (3) with time zone,
	"delivered_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"result" jsonb,
	"error" text,
	"requested_by_kind" text NOT NULL,
	"requested_by_id" uuid NOT NULL,
	CONSTRAINT "command_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "command" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "device_key" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"device_id" uuid NOT NULL,
	"key_hash" text NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "device_key_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "device_key" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "device_presence" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"device_id" uuid NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "device_presence_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "device_presence" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "device" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"org_unit_id" uuid,
	"name" text NOT NULL,
	"type" text DEFAULT 'appliance' NOT NULL,
	"hardware_id" text,
	"location" text,
	"agent_version" text,
	"address" text,
	CONSTRAINT "device_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "device" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "discovered_host" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"device_id" uuid NOT NULL,
	"ip" text NOT NULL,
	"mac" text,
	"hostname" text,
	"vendor" text,
	"model" text,
	"firmware" text,
	"open_ports" jsonb NOT NULL,
	"first_seen_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "discovered_host_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "discovered_host" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "provisioning_key" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"org_unit_id" uuid,
	"label" text NOT NULL,
	"prefix" text NOT NULL,
	"key_hash" text NOT NULL,
	"use_limit" integer,
	"uses" integer DEFAULT 0 NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	CONSTRAINT "provisioning_key_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "provisioning_key" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "device_record" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"device_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"data" jsonb NOT NULL,
	"handled_at" timestamp (3) with time zone,
	CONSTRAINT "device_record_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "device_record" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "rejected_record" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"device_id" uuid NOT NULL,
	"error" text NOT NULL,
	"detail" text NOT NULL,
	"record" text NOT NULL,
	CONSTRAINT "rejected_record_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "rejected_record" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "telemetry_layout" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"hash" text NOT NULL,
	"metrics" text[] NOT NULL,
	"labels" jsonb NOT NULL,
	CONSTRAINT "telemetry_layout_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "telemetry_layout" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "session" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"user_id" uuid NOT NULL,
	"generation" integer DEFAULT 1 NOT NULL,
	"rotated_at" timestamp (3) with time zone NOT NULL,
	"grace_uses" integer DEFAULT 0 NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"end_reason" text,
	"amr" text[] NOT NULL,
	"address" text,
	"user_agent" text,
	CONSTRAINT "session_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "session" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "access_group" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"built_in" text,
	"permissions" text[] NOT NULL,
	CONSTRAINT "access_group_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "access_group" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "org_unit" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"name" text NOT NULL,
	"parent_id" uuid,
	CONSTRAINT "org_unit_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "org_unit" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "tenant" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "tenant" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "identity" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"password_hash" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "identity" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "membership_group" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"membership_id" uuid NOT NULL,
	"group_id" uuid NOT NULL,
	CONSTRAINT "membership_group_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "membership_group" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "membership_unit" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"membership_id" uuid NOT NULL,
	"org_unit_id" uuid NOT NULL,
	"subtree" boolean DEFAULT true NOT NULL,
	CONSTRAINT "membership_unit_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "membership_unit" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "membership" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"whole_tenant" boolean DEFAULT false NOT NULL,
	"disabled" boolean DEFAULT false NOT NULL,
	"last_sign_in_at" timestamp (3) with time zone,
	CONSTRAINT "membership_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "membership" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "app_user" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "app_user" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "alert" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"org_unit_id" uuid,
	"title" text NOT NULL,
	"severity" text NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"description" text,
	"rule" text,
	"source_ip" text,
	"destination_ip" text,
	"device_id" uuid,
	"device_name" text,
	"dedupe_key" text NOT NULL,
	"count" integer DEFAULT 1 NOT NULL,
	"first_seen_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"acknowledged_at" timestamp (3) with time zone,
	"acknowledged_by" uuid,
	"comment" text,
	CONSTRAINT "alert_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "alert" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "command" ADD CONSTRAINT "command_tenant_id_device_id_device_tenant_id_id_fk" FOREIGN KEY ("tenant_id","device_id") REFERENCES "public"."device"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "device_key" ADD CONSTRAINT "device_key_tenant_id_device_id_device_tenant_id_id_fk" FOREIGN KEY ("tenant_id","device_id") REFERENCES "public"."device"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "device_presence" ADD CONSTRAINT "device_presence_tenant_id_device_id_device_tenant_id_id_fk" FOREIGN KEY ("tenant_id","device_id") REFERENCES "public"."device"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "device" ADD CONSTRAINT "device_tenant_id_org_unit_id_org_unit_tenant_id_id_fk" FOREIGN KEY ("tenant_id","org_unit_id") REFERENCES "public"."org_unit"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "discovered_host" ADD CONSTRAINT "discovered_host_tenant_id_device_id_device_tenant_id_id_fk" FOREIGN KEY ("tenant_id","device_id") REFERENCES "public"."device"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provisioning_key" ADD CONSTRAINT "provisioning_key_tenant_id_org_unit_id_org_unit_tenant_id_id_fk" FOREIGN KEY ("tenant_id","org_unit_id") REFERENCES "public"."org_unit"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "org_unit" ADD CONSTRAINT "org_unit_tenant_id_parent_id_org_unit_tenant_id_id_fk" FOREIGN KEY ("tenant_id","parent_id") REFERENCES "public"."org_unit"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity" ADD CONSTRAINT "identity_user_id_app_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."app_user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "membership_group" ADD CONSTRAINT "membership_group_tenant_id_membership_id_membership_tenant_id_id_fk" FOREIGN KEY ("tenant_id","membership_id") REFERENCES "public"."membership"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "membership_group" ADD CONSTRAINT "membership_group_tenant_id_group_id_access_group_tenant_id_id_fk" FOREIGN KEY ("tenant_id","group_id") REFERENCES "public"."access_group"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "membership_unit" ADD CONSTRAINT "membership_unit_tenant_id_membership_id_membership_tenant_id_id_fk" FOREIGN KEY ("tenant_id","membership_id") REFERENCES "public"."membership"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "membership_unit" ADD CONSTRAINT "membership_unit_tenant_id_org_unit_id_org_unit_tenant_id_id_fk" FOREIGN KEY ("tenant_id","org_unit_id") REFERENCES "public"."org_unit"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "membership" ADD CONSTRAINT "membership_user_id_app_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."app_user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert" ADD CONSTRAINT "alert_tenant_id_org_unit_id_org_unit_tenant_id_id_fk" FOREIGN KEY ("tenant_id","org_unit_id") REFERENCES "public"."org_unit"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_log_tenant_id_action_id_index" ON "audit_log" USING btree ("tenant_id","action","id");--> statement-breakpoint
CREATE INDEX "audit_log_tenant_id_entity_id_id_index" ON "audit_log" USING btree ("tenant_id","entity_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "idempotent_answer_key" ON "idempotent_answer" USING btree ("tenant_id","actor_id","key");--> statement-breakpoint
CREATE UNIQUE INDEX "live_cursor_channel" ON "live_cursor" USING btree ("tenant_id","channel");--> statement-breakpoint
CREATE UNIQUE INDEX "live_event_tenant_id_channel_seq_index" ON "live_event" USING btree ("tenant_id","channel","seq");--> statement-breakpoint
CREATE INDEX "command_tenant_id_device_id_id_index" ON "command" USING btree ("tenant_id","device_id","id");--> statement-breakpoint
CREATE INDEX "device_key_tenant_id_device_id_index" ON "device_key" USING btree ("tenant_id","device_id");--> statement-breakpoint
CREATE UNIQUE INDEX "device_presence_device" ON "device_presence" USING btree ("tenant_id","device_id");--> statement-breakpoint
CREATE INDEX "device_tenant_id_org_unit_id_index" ON "device" USING btree ("tenant_id","org_unit_id");--> statement-breakpoint
CREATE UNIQUE INDEX "device_hardware" ON "device" USING btree ("tenant_id","hardware_id");--> statement-breakpoint
CREATE INDEX "device_tenant_id_name_id_index" ON "device" USING btree ("tenant_id","name","id");--> statement-breakpoint
CREATE INDEX "device_tenant_id_created_at_id_index" ON "device" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "discovered_host_ip" ON "discovered_host" USING btree ("tenant_id","device_id","ip");--> statement-breakpoint
CREATE INDEX "provisioning_key_tenant_id_org_unit_id_index" ON "provisioning_key" USING btree ("tenant_id","org_unit_id");--> statement-breakpoint
CREATE UNIQUE INDEX "device_record_once" ON "device_record" USING btree ("tenant_id","device_id","at","kind","key");--> statement-breakpoint
CREATE INDEX "device_record_waiting" ON "device_record" USING btree ("tenant_id","id") WHERE handled_at is null and kind in ('security_alert', 'discovery');--> statement-breakpoint
CREATE INDEX "rejected_record_tenant_id_device_id_id_index" ON "rejected_record" USING btree ("tenant_id","device_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "telemetry_layout_hash" ON "telemetry_layout" USING btree ("tenant_id","hash");--> statement-breakpoint
CREATE INDEX "session_tenant_id_user_id_index" ON "session" USING btree ("tenant_id","user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "access_group_name" ON "access_group" USING btree ("tenant_id",lower("name"));--> statement-breakpoint
CREATE UNIQUE INDEX "access_group_built_in" ON "access_group" USING btree ("tenant_id","built_in");--> statement-breakpoint
CREATE INDEX "org_unit_tenant_id_parent_id_index" ON "org_unit" USING btree ("tenant_id","parent_id");--> statement-breakpoint
CREATE UNIQUE INDEX "identity_password" ON "identity" USING btree ("user_id") WHERE kind = 'password';--> statement-breakpoint
CREATE UNIQUE INDEX "membership_group_once" ON "membership_group" USING btree ("tenant_id","membership_id","group_id");--> statement-breakpoint
CREATE INDEX "membership_group_tenant_id_group_id_index" ON "membership_group" USING btree ("tenant_id","group_id");--> statement-breakpoint
CREATE UNIQUE INDEX "membership_unit_once" ON "membership_unit" USING btree ("tenant_id","membership_id","org_unit_id");--> statement-breakpoint
CREATE UNIQUE INDEX "membership_user" ON "membership" USING btree ("tenant_id","user_id");--> statement-breakpoint
CREATE INDEX "membership_user_id_index" ON "membership" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "app_user_email" ON "app_user" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "alert_tenant_id_org_unit_id_index" ON "alert" USING btree ("tenant_id","org_unit_id");--> statement-breakpoint
CREATE INDEX "alert_tenant_id_status_id_index" ON "alert" USING btree ("tenant_id","status","id");--> statement-breakpoint
CREATE INDEX "alert_tenant_id_device_id_id_index" ON "alert" USING btree ("tenant_id","device_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "alert_dedupe" ON "alert" USING btree ("tenant_id","device_id","dedupe_key") WHERE status = 'open';--> statement-breakpoint
CREATE POLICY "audit_log_tenant" ON "audit_log" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "idempotent_answer_tenant" ON "idempotent_answer" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "live_cursor_tenant" ON "live_cursor" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "live_event_tenant" ON "live_event" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "socket_ticket_tenant" ON "socket_ticket" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "command_tenant" ON "command" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant() and may_see_device(device_id)) WITH CHECK (tenant_id = current_tenant() and may_see_device(device_id));--> statement-breakpoint
CREATE POLICY "device_key_tenant" ON "device_key" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant() and may_see_device(device_id)) WITH CHECK (tenant_id = current_tenant() and may_see_device(device_id));--> statement-breakpoint
CREATE POLICY "device_presence_tenant" ON "device_presence" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant() and may_see_device(device_id)) WITH CHECK (tenant_id = current_tenant() and may_see_device(device_id));--> statement-breakpoint
CREATE POLICY "device_tenant" ON "device" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant() and may_see_unit(org_unit_id)) WITH CHECK (tenant_id = current_tenant() and may_see_unit(org_unit_id));--> statement-breakpoint
CREATE POLICY "discovered_host_tenant" ON "discovered_host" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant() and may_see_device(device_id)) WITH CHECK (tenant_id = current_tenant() and may_see_device(device_id));--> statement-breakpoint
CREATE POLICY "provisioning_key_tenant" ON "provisioning_key" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant() and may_see_unit(org_unit_id)) WITH CHECK (tenant_id = current_tenant() and may_see_unit(org_unit_id));--> statement-breakpoint
CREATE POLICY "device_record_tenant" ON "device_record" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant() and may_see_device(device_id)) WITH CHECK (tenant_id = current_tenant() and may_see_device(device_id));--> statement-breakpoint
CREATE POLICY "rejected_record_tenant" ON "rejected_record" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant() and may_see_device(device_id)) WITH CHECK (tenant_id = current_tenant() and may_see_device(device_id));--> statement-breakpoint
CREATE POLICY "telemetry_layout_tenant" ON "telemetry_layout" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "session_tenant" ON "session" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "access_group_tenant" ON "access_group" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "org_unit_tenant" ON "org_unit" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant() and may_see_unit(id)) WITH CHECK (tenant_id = current_tenant() and may_see_unit(id));--> statement-breakpoint
CREATE POLICY "tenant_self" ON "tenant" AS PERMISSIVE FOR ALL TO "monozu_app" USING (id = current_tenant()) WITH CHECK (id = current_tenant());--> statement-breakpoint
CREATE POLICY "identity_added" ON "identity" AS PERMISSIVE FOR INSERT TO "monozu_app" WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "membership_group_tenant" ON "membership_group" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "membership_unit_tenant" ON "membership_unit" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "membership_tenant" ON "membership" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "app_user_seen" ON "app_user" AS PERMISSIVE FOR SELECT TO "monozu_app" USING (is_member(id));--> statement-breakpoint
CREATE POLICY "app_user_added" ON "app_user" AS PERMISSIVE FOR INSERT TO "monozu_app" WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "alert_tenant" ON "alert" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant() and may_see_unit(org_unit_id)) WITH CHECK (tenant_id = current_tenant() and may_see_unit(org_unit_id));