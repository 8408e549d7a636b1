ALTER TABLE "org_unit" ADD COLUMN "address" text;--> statement-breakpoint
ALTER TABLE "org_unit" ADD COLUMN "latitude" double precision;--> statement-breakpoint
ALTER TABLE "org_unit" ADD COLUMN "longitude" double precision;--> statement-breakpoint
ALTER TABLE "org_unit" ADD CONSTRAINT "org_unit_place" CHECK (num_nulls("org_unit"."latitude", "org_unit"."longitude") in (0, 2) and "org_unit"."latitude" between -90 and 90 and "org_unit"."longitude" between -180 and 180);