CREATE TABLE "ingest_volume" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"day" date NOT NULL,
	"requests" bigint DEFAULT 0 NOT NULL,
	"records" bigint DEFAULT 0 NOT NULL,
	"values" bigint DEFAULT 0 NOT NULL,
	"rejected" bigint DEFAULT 0 NOT NULL,
	"bytes" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "ingest_volume_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "ingest_volume" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "management"."cloud_contact" (
	"id" integer PRIMARY KEY NOT NULL,
	"tried_at" timestamp (3) with time zone,
	"reached_at" timestamp (3) with time zone,
	"version" text,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "management"."tenant_day" (
	"tenant_id" uuid NOT NULL,
	"day" date NOT NULL,
	"requests" bigint NOT NULL,
	"records" bigint NOT NULL,
	"values" bigint NOT NULL,
	"rejected" bigint NOT NULL,
	"bytes" bigint NOT NULL,
	CONSTRAINT "tenant_day_tenant_id_day_pk" PRIMARY KEY("tenant_id","day")
);
--> statement-breakpoint
CREATE TABLE "management"."tenant_usage" (
	"tenant_id" uuid PRIMARY KEY NOT NULL,
	"as_of" timestamp (3) with time zone NOT NULL,
	"users" integer NOT NULL,
	"devices" integer NOT NULL,
	"devices_online" integer NOT NULL,
	"failed_jobs" integer NOT NULL,
	"last_seen_at" timestamp (3) with time zone,
	"stored_bytes" bigint NOT NULL,
	"values_recent" bigint NOT NULL,
	"health" text NOT NULL,
	"reasons" text[] NOT NULL
);
--> statement-breakpoint
ALTER TABLE "management"."staff" ADD COLUMN "mfa_pending_secret" text;--> statement-breakpoint
ALTER TABLE "management"."staff" ADD COLUMN "mfa_pending_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "management"."staff" ADD COLUMN "mfa_pending_tries" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "management"."tenant_day" ADD CONSTRAINT "tenant_day_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "management"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "management"."tenant_usage" ADD CONSTRAINT "tenant_usage_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "management"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "ingest_volume_day" ON "ingest_volume" USING btree ("tenant_id","day");--> statement-breakpoint
CREATE INDEX "tenant_day_day_index" ON "management"."tenant_day" USING btree ("day");--> statement-breakpoint
CREATE INDEX "tenant_usage_health_index" ON "management"."tenant_usage" USING btree ("health");--> statement-breakpoint
CREATE POLICY "ingest_volume_tenant" ON "ingest_volume" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());