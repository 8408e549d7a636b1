CREATE TABLE "telemetry_retention" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"raw_days" integer,
	"rollup_days" integer,
	"raw_expired_before" timestamp (3) with time zone,
	CONSTRAINT "telemetry_retention_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "telemetry_retention" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE UNIQUE INDEX "telemetry_retention_tenant" ON "telemetry_retention" USING btree ("tenant_id");--> statement-breakpoint
CREATE POLICY "telemetry_retention_tenant" ON "telemetry_retention" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());