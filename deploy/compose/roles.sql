-- The roles of PostgreSQL: the owner of the tables, the service, and who takes backups. Passwords come from the environment.
\getenv owner SAMSYN_OWNER_PASSWORD
\getenv service SAMSYN_PASSWORD
\getenv backup SAMSYN_BACKUP_PASSWORD
CREATE ROLE samsyn_owner LOGIN PASSWORD :'owner';
CREATE ROLE samsyn LOGIN PASSWORD :'service';
CREATE ROLE samsyn_backup LOGIN BYPASSRLS IN ROLE pg_read_all_data PASSWORD :'backup';
ALTER DATABASE samsyn OWNER TO samsyn_owner;
REVOKE CONNECT, TEMPORARY ON DATABASE samsyn FROM PUBLIC;
GRANT CONNECT ON DATABASE samsyn TO samsyn, samsyn_backup;
