CREATE TABLE "preference" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"membership_id" uuid NOT NULL,
	"onboarding_dismissed" boolean DEFAULT false NOT NULL,
	"alert_sound" text[] DEFAULT '{}' NOT NULL,
	"alert_notification" text[] DEFAULT '{}' NOT NULL,
	CONSTRAINT "preference_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "preference" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "preference" ADD CONSTRAINT "preference_tenant_id_membership_id_membership_tenant_id_id_fk" FOREIGN KEY ("tenant_id","membership_id") REFERENCES "public"."membership"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "preference_membership" ON "preference" USING btree ("tenant_id","membership_id");--> statement-breakpoint
CREATE POLICY "preference_tenant" ON "preference" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());