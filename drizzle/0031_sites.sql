CREATE TABLE "site" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"org_unit_id" uuid NOT NULL,
	"name" text NOT NULL,
	"address" text,
	"latitude" double precision,
	"longitude" double precision,
	"time_zone" text,
	CONSTRAINT "site_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "site_place" CHECK (num_nulls("site"."latitude", "site"."longitude") in (0, 2) and "site"."latitude" between -90 and 90 and "site"."longitude" between -180 and 180)
);
--> statement-breakpoint
ALTER TABLE "site" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "device" ADD COLUMN "site_id" uuid;--> statement-breakpoint
ALTER TABLE "provisioning_key" ADD COLUMN "site_id" uuid;--> statement-breakpoint
ALTER TABLE "site" ADD CONSTRAINT "site_tenant_id_org_unit_id_org_unit_tenant_id_id_fk" FOREIGN KEY ("tenant_id","org_unit_id") REFERENCES "public"."org_unit"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "site_tenant_id_org_unit_id_index" ON "site" USING btree ("tenant_id","org_unit_id");--> statement-breakpoint
CREATE INDEX "site_tenant_id_name_id_index" ON "site" USING btree ("tenant_id","name","id");--> statement-breakpoint
ALTER TABLE "device" ADD CONSTRAINT "device_tenant_id_site_id_site_tenant_id_id_fk" FOREIGN KEY ("tenant_id","site_id") REFERENCES "public"."site"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provisioning_key" ADD CONSTRAINT "provisioning_key_tenant_id_site_id_site_tenant_id_id_fk" FOREIGN KEY ("tenant_id","site_id") REFERENCES "public"."site"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "device_tenant_id_site_id_index" ON "device" USING btree ("tenant_id","site_id");--> statement-breakpoint
CREATE INDEX "provisioning_key_tenant_id_site_id_index" ON "provisioning_key" USING btree ("tenant_id","site_id");--> statement-breakpoint
CREATE POLICY "site_tenant" ON "site" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant() and may_see_unit(org_unit_id)) WITH CHECK (tenant_id = current_tenant() and may_see_unit(org_unit_id));