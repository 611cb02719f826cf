//! The tables of what people have for themselves, of what they are told by their node, and of their groups.

diesel::table! {
    announcements (id) {
        id -> BigInt,
        text -> Text,
        starts_at -> Nullable<Timestamp>,
        ends_at -> Nullable<Timestamp>,
        all_day -> Bool,
        published_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    announcement_reads (announcement_id, account_id) {
        announcement_id -> BigInt,
        account_id -> BigInt,
        read_at -> Timestamp,
    }
}

diesel::table! {
    announcement_reactions (announcement_id, name, account_id) {
        announcement_id -> BigInt,
        name -> Text,
        account_id -> BigInt,
        reacted_at -> Timestamp,
    }
}

diesel::table! {
    reports (id) {
        id -> BigInt,
        account_id -> BigInt,
        peer_id -> Nullable<BigInt>,
        target_id -> BigInt,
        category -> Text,
        comment -> Text,
        rules -> Text,
        forwarded -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        assigned_id -> Nullable<BigInt>,
        settled_at -> Nullable<Timestamp>,
        settled_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    emojis (id) {
        id -> BigInt,
        peer_id -> Nullable<BigInt>,
        shortcode -> Text,
        uri -> Nullable<Text>,
        category -> Text,
        visible_in_picker -> Bool,
        disabled -> Bool,
        hash -> Text,
        content_type -> Text,
        size -> BigInt,
        still_hash -> Nullable<Text>,
        still_size -> BigInt,
        remote_url -> Nullable<Text>,
        remote_updated_at -> Nullable<Timestamp>,
        epoch -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    report_posts (report_id, post_id) {
        report_id -> BigInt,
        post_id -> BigInt,
        place -> BigInt,
        evidence -> Nullable<Text>,
    }
}

diesel::table! {
    reactions (id) {
        id -> BigInt,
        post_id -> BigInt,
        account_id -> BigInt,
        name -> Text,
        uri -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    filters (id) {
        id -> BigInt,
        account_id -> BigInt,
        title -> Text,
        contexts -> Text,
        action -> Text,
        expires_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    filter_keywords (id) {
        id -> BigInt,
        filter_id -> BigInt,
        keyword -> Text,
        whole_word -> Bool,
    }
}

diesel::table! {
    filter_statuses (id) {
        id -> BigInt,
        filter_id -> BigInt,
        post_id -> BigInt,
    }
}

diesel::table! {
    scheduled_posts (id) {
        id -> BigInt,
        account_id -> BigInt,
        due_at -> Timestamp,
        params -> Text,
        idempotency_key -> Nullable<Text>,
        created_at -> Timestamp,
        failure -> Nullable<Text>,
    }
}

diesel::table! {
    scheduled_files (attachment_id) {
        attachment_id -> BigInt,
        scheduled_id -> BigInt,
        place -> BigInt,
    }
}

diesel::table! {
    conversations (id) {
        id -> BigInt,
        account_id -> BigInt,
        thread -> BigInt,
        participants -> Text,
        last_post_id -> BigInt,
        unread -> Bool,
    }
}

diesel::table! {
    conversation_people (conversation_id, account_id) {
        conversation_id -> BigInt,
        account_id -> BigInt,
    }
}

diesel::table! {
    conversation_posts (conversation_id, post_id) {
        conversation_id -> BigInt,
        post_id -> BigInt,
    }
}

diesel::table! {
    lists (id) {
        id -> BigInt,
        account_id -> BigInt,
        title -> Text,
        replies_policy -> Text,
        exclusive -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    list_members (id) {
        id -> BigInt,
        list_id -> BigInt,
        account_id -> BigInt,
        owner_id -> BigInt,
        exclusive -> Bool,
    }
}

diesel::table! {
    list_feed (list_id, post_id) {
        list_id -> BigInt,
        post_id -> BigInt,
        owner_id -> BigInt,
        author_id -> BigInt,
    }
}

diesel::table! {
    followed_tags (id) {
        id -> BigInt,
        account_id -> BigInt,
        tag -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    tag_spreads (post_id) {
        post_id -> BigInt,
        after_id -> BigInt,
    }
}

diesel::table! {
    endorsements (id) {
        id -> BigInt,
        account_id -> BigInt,
        target_id -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    featured_tags (id) {
        id -> BigInt,
        account_id -> BigInt,
        tag -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    dismissed_suggestions (account_id, target_id) {
        account_id -> BigInt,
        target_id -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    push_subscriptions (id) {
        id -> BigInt,
        token_id -> BigInt,
        account_id -> BigInt,
        service -> Text,
        endpoint_hash -> Text,
        sealed -> Binary,
        alerts -> Text,
        policy -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    pushes (notification_id, subscription_id) {
        notification_id -> BigInt,
        subscription_id -> BigInt,
        service -> Text,
        created_at -> Timestamp,
        due_at -> Timestamp,
        tries -> Integer,
    }
}

diesel::table! {
    groups (account_id) {
        account_id -> BigInt,
        kind -> Text,
        rules -> Text,
        rules_source -> Text,
        posting -> Text,
        invites -> Text,
        state -> Text,
    }
}

diesel::table! {
    group_members (id) {
        id -> BigInt,
        group_id -> BigInt,
        account_id -> BigInt,
        origin -> Text,
        role -> Text,
        state -> Text,
        active -> Bool,
        note -> Text,
        invited_by -> Nullable<BigInt>,
        created_at -> Timestamp,
        joined_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    group_bans (group_id, account_id) {
        group_id -> BigInt,
        account_id -> BigInt,
        by_id -> Nullable<BigInt>,
        reason -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    group_posts (post_id) {
        post_id -> BigInt,
        group_id -> BigInt,
    }
}

diesel::table! {
    group_nodes (group_id, origin) {
        group_id -> BigInt,
        origin -> Text,
        members -> BigInt,
        guests -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    domain_blocks (id) {
        id -> BigInt,
        account_id -> BigInt,
        domain -> Text,
        created_at -> Timestamp,
    }
}
