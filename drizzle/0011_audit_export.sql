CREATE TABLE "export_request" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"kind" text NOT NULL,
	"filter" jsonb NOT NULL,
	"actor_id" uuid NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "export_request_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "export_request" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "audit_log" ADD COLUMN "outcome" text DEFAULT 'success' NOT NULL;--> statement-breakpoint
CREATE INDEX "audit_log_tenant_id_actor_id_id_index" ON "audit_log" USING btree ("tenant_id","actor_id","id");--> statement-breakpoint
CREATE POLICY "export_request_tenant" ON "export_request" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());