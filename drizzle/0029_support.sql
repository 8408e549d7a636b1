CREATE TABLE "support_grant" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"staff_id" uuid NOT NULL,
	"staff_name" text NOT NULL,
	"staff_email" text NOT NULL,
	"reason" text NOT NULL,
	"mode" text NOT NULL,
	"hours" integer NOT NULL,
	"state" text NOT NULL,
	"decided_by" uuid,
	"decided_at" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"ended_by" text,
	CONSTRAINT "support_grant_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "support_grant" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "management"."support_request" (
	"id" uuid PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"tenant_id" uuid NOT NULL,
	"staff_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"mode" text NOT NULL,
	"hours" integer NOT NULL,
	"state" text DEFAULT 'asked' NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "audit_log" ADD COLUMN "grant_id" uuid;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "support_grant_id" uuid;--> statement-breakpoint
ALTER TABLE "tenant" ADD COLUMN "support_policy" text DEFAULT 'ask' NOT NULL;--> statement-breakpoint
ALTER TABLE "management"."support_request" ADD CONSTRAINT "support_request_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "management"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "management"."support_request" ADD CONSTRAINT "support_request_staff_id_staff_id_fk" FOREIGN KEY ("staff_id") REFERENCES "management"."staff"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "support_grant_tenant_id_state_index" ON "support_grant" USING btree ("tenant_id","state");--> statement-breakpoint
CREATE INDEX "support_request_tenant_id_id_index" ON "management"."support_request" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE POLICY "support_grant_tenant" ON "support_grant" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());