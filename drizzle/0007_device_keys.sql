ALTER TABLE "device_key" ADD COLUMN "prefix" text;--> statement-breakpoint
ALTER TABLE "device_key" ADD COLUMN "expires_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "device_key" ADD COLUMN "last_used_at" timestamp (3) with time zone;