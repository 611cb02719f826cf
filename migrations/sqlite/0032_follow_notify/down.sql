DROP INDEX follows_notify;
