CREATE TABLE "licence" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"plan" text NOT NULL,
	"features" text[] NOT NULL,
	"limits" jsonb NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"as_of" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "licence_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "licence" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "webhook_receipt" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"message_id" text NOT NULL,
	CONSTRAINT "webhook_receipt_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "webhook_receipt" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE UNIQUE INDEX "licence_tenant" ON "licence" USING btree ("tenant_id");--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_receipt_once" ON "webhook_receipt" USING btree ("tenant_id","message_id");--> statement-breakpoint
CREATE POLICY "licence_tenant" ON "licence" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "webhook_receipt_tenant" ON "webhook_receipt" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());