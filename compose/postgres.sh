#!/bin/bash
#
# Runs once, when the database is made: the producer's role, which owns the producer's database and
# nothing else. The server's superuser could read files and run programs there.
set -euo pipefail

psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username postgres --dbname postgres <<'SQL'
\getenv password PRODUCER_PASSWORD
CREATE ROLE warren LOGIN PASSWORD :'password';
CREATE DATABASE warren OWNER warren;
REVOKE ALL ON DATABASE warren, postgres FROM PUBLIC;
SQL
