ALTER TABLE "access_group" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
UPDATE "access_group" SET "permissions" = '{*.read}' WHERE "built_in" = 'read_only';--> statement-breakpoint
ALTER TABLE "access_group" FORCE ROW LEVEL SECURITY;
