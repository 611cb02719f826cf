//! The tables as diesel sees them. A test compares them with both migrated databases.
//!
//! Column by column the same as `migrations/*/up.sql`; which column means what is said there.

mod own;

pub(crate) use own::*;

diesel::table! {
    node_secrets (name) {
        name -> Text,
        sealed -> Binary,
        created_at -> Timestamp,
    }
}

diesel::table! {
    peers (id) {
        id -> BigInt,
        origin -> Text,
        name -> Text,
        state -> Text,
        software -> Text,
        actor_uri -> Nullable<Text>,
        ed25519 -> Nullable<Text>,
        rsa_pem -> Nullable<Text>,
        fingerprint -> Nullable<Text>,
        shared_inbox -> Nullable<Text>,
        contract -> Text,
        signature_form -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        last_seen_at -> Nullable<Timestamp>,
        failing_since -> Nullable<Timestamp>,
        failures -> Integer,
        retry_at -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        invitation -> Nullable<Text>,
        introduced_by -> Nullable<Text>,
        accepts_introductions -> Bool,
        our_keys -> Integer,
        alert_fingerprint -> Nullable<Text>,
        alert_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    node_keys (generation) {
        generation -> Integer,
        ed25519 -> Text,
        rsa_pem -> Text,
        fingerprint -> Text,
        made_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    peer_invites (id) {
        id -> BigInt,
        purpose -> Text,
        contract -> Text,
        for_origin -> Nullable<Text>,
        pre_confirmed -> Bool,
        sealed_key -> Binary,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_by -> Nullable<Text>,
        used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
        introduce -> Bool,
    }
}

diesel::table! {
    introductions (id) {
        id -> BigInt,
        peer_id -> BigInt,
        by_us -> Bool,
        uri -> Text,
        offer -> Text,
        origin -> Text,
        name -> Text,
        actor_uri -> Text,
        ed25519 -> Nullable<Text>,
        rsa_pem -> Nullable<Text>,
        fingerprint -> Text,
        shared_inbox -> Text,
        contract -> Text,
        note -> Text,
        state -> Text,
        other_confirmed -> Bool,
        made_at -> Timestamp,
        expires_at -> Timestamp,
        answered_at -> Nullable<Timestamp>,
        document -> Text,
    }
}

diesel::table! {
    accounts (id) {
        id -> BigInt,
        username -> Text,
        username_key -> Text,
        peer_id -> Nullable<BigInt>,
        origin -> Nullable<Text>,
        kind -> Text,
        display_name -> Text,
        note -> Text,
        note_source -> Text,
        fields -> Text,
        avatar_id -> Nullable<BigInt>,
        header_id -> Nullable<BigInt>,
        locked -> Bool,
        discoverable -> Bool,
        uri -> Text,
        url -> Text,
        inbox_uri -> Text,
        shared_inbox_uri -> Nullable<Text>,
        followers_uri -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        last_posted_at -> Nullable<Timestamp>,
        fetched_at -> Nullable<Timestamp>,
        disabled_at -> Nullable<Timestamp>,
        statuses_count -> BigInt,
        followers_count -> BigInt,
        following_count -> BigInt,
        featured_uri -> Nullable<Text>,
    }
}

diesel::table! {
    account_keys (key_id) {
        key_id -> Text,
        account_id -> BigInt,
        kind -> Text,
        public_key -> Text,
        sealed_private -> Nullable<Binary>,
        pinned_at -> Timestamp,
    }
}

diesel::table! {
    members (account_id) {
        account_id -> BigInt,
        role -> Text,
        password_hash -> Text,
        locale -> Text,
        default_visibility -> Text,
        default_sensitive -> Bool,
        default_language -> Nullable<Text>,
        created_at -> Timestamp,
        disabled_at -> Nullable<Timestamp>,
        default_quote_policy -> Text,
    }
}

diesel::table! {
    invites (id) {
        id -> BigInt,
        code_hash -> Text,
        role -> Text,
        created_by -> Nullable<BigInt>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        max_uses -> Integer,
        uses -> Integer,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        account_id -> BigInt,
        secret_hash -> Text,
        user_agent -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
        last_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    apps (id) {
        id -> BigInt,
        client_id -> Text,
        client_secret_hash -> Text,
        name -> Text,
        website -> Nullable<Text>,
        redirect_uris -> Text,
        scopes -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    oauth_codes (code_hash) {
        code_hash -> Text,
        app_id -> BigInt,
        account_id -> BigInt,
        redirect_uri -> Text,
        scopes -> Text,
        challenge -> Nullable<Text>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        token_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    tokens (id) {
        id -> BigInt,
        token_hash -> Text,
        app_id -> Nullable<BigInt>,
        account_id -> Nullable<BigInt>,
        scopes -> Text,
        created_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
        user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    media (id) {
        id -> BigInt,
        account_id -> BigInt,
        hash -> Text,
        content_type -> Text,
        size -> BigInt,
        remote_url -> Nullable<Text>,
        description -> Text,
        epoch -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    posts (id) {
        id -> BigInt,
        account_id -> BigInt,
        peer_id -> Nullable<BigInt>,
        uri -> Text,
        url -> Text,
        boost_of -> Nullable<BigInt>,
        in_reply_to -> Nullable<BigInt>,
        in_reply_to_uri -> Nullable<Text>,
        in_reply_to_account -> Nullable<BigInt>,
        conversation -> BigInt,
        content -> Text,
        source -> Text,
        spoiler -> Text,
        sensitive -> Bool,
        visibility -> Text,
        language -> Nullable<Text>,
        created_at -> Timestamp,
        edited_at -> Nullable<Timestamp>,
        deleted_at -> Nullable<Timestamp>,
        replies_count -> BigInt,
        boosts_count -> BigInt,
        favourites_count -> BigInt,
        pinned_at -> Nullable<Timestamp>,
        quoted_id -> Nullable<BigInt>,
        quoted_uri -> Nullable<Text>,
        quote_state -> Nullable<Text>,
        quote_stamp -> Nullable<Text>,
        quote_policy -> BigInt,
        quotes_count -> BigInt,
    }
}

diesel::table! {
    post_edits (post_id, edited_at) {
        post_id -> BigInt,
        edited_at -> Timestamp,
        content -> Text,
        spoiler -> Text,
        sensitive -> Bool,
        attachments -> Text,
        poll -> Nullable<Text>,
    }
}

diesel::table! {
    attachments (id) {
        id -> BigInt,
        account_id -> BigInt,
        post_id -> Nullable<BigInt>,
        place -> BigInt,
        kind -> Text,
        state -> Text,
        content_type -> Text,
        hash -> Nullable<Text>,
        size -> BigInt,
        width -> Nullable<BigInt>,
        height -> Nullable<BigInt>,
        duration -> Nullable<BigInt>,
        preview_hash -> Nullable<Text>,
        preview_type -> Nullable<Text>,
        preview_size -> Nullable<BigInt>,
        preview_width -> Nullable<BigInt>,
        preview_height -> Nullable<BigInt>,
        blurhash -> Nullable<Text>,
        focus_x -> Double,
        focus_y -> Double,
        description -> Text,
        remote_url -> Nullable<Text>,
        epoch -> BigInt,
        created_at -> Timestamp,
        changed_at -> Timestamp,
        frame_rate -> Nullable<Text>,
        poster_url -> Nullable<Text>,
        poster_due -> Bool,
    }
}

diesel::table! {
    polls (post_id) {
        post_id -> BigInt,
        multiple -> Bool,
        hide_totals -> Bool,
        expires_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
        voters_count -> Nullable<BigInt>,
        told_after -> Nullable<BigInt>,
        update_at -> Nullable<Timestamp>,
        updated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    poll_options (post_id, position) {
        post_id -> BigInt,
        position -> BigInt,
        title -> Text,
        votes -> BigInt,
    }
}

diesel::table! {
    poll_votes (post_id, account_id, position) {
        post_id -> BigInt,
        account_id -> BigInt,
        position -> BigInt,
        uri -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    post_mentions (post_id, account_id) {
        post_id -> BigInt,
        account_id -> BigInt,
        silent -> Bool,
    }
}

diesel::table! {
    post_tags (tag, post_id) {
        tag -> Text,
        post_id -> BigInt,
    }
}

diesel::table! {
    feed (owner_id, post_id) {
        owner_id -> BigInt,
        post_id -> BigInt,
        author_id -> BigInt,
    }
}

diesel::table! {
    spreads (post_id) {
        post_id -> BigInt,
        after_id -> BigInt,
    }
}

diesel::table! {
    follows (id) {
        id -> BigInt,
        follower_id -> BigInt,
        followee_id -> BigInt,
        uri -> Text,
        accepted -> Bool,
        show_boosts -> Bool,
        notify -> Bool,
        created_at -> Timestamp,
        follower_peer -> Nullable<BigInt>,
    }
}

diesel::table! {
    blocks (id) {
        id -> BigInt,
        account_id -> BigInt,
        target_id -> BigInt,
        uri -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    mutes (id) {
        id -> BigInt,
        account_id -> BigInt,
        target_id -> BigInt,
        notifications -> Bool,
        expires_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    favourites (id) {
        id -> BigInt,
        account_id -> BigInt,
        post_id -> BigInt,
        uri -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    bookmarks (id) {
        id -> BigInt,
        account_id -> BigInt,
        post_id -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    conversation_mutes (account_id, conversation) {
        account_id -> BigInt,
        conversation -> BigInt,
    }
}

diesel::table! {
    notifications (id) {
        id -> BigInt,
        account_id -> BigInt,
        kind -> Text,
        from_id -> BigInt,
        post_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        report_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    markers (account_id, timeline) {
        account_id -> BigInt,
        timeline -> Text,
        last_read_id -> BigInt,
        version -> Integer,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    account_notes (account_id, target_id) {
        account_id -> BigInt,
        target_id -> BigInt,
        note -> Text,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    idempotency_keys (account_id, idempotency_key) {
        account_id -> BigInt,
        idempotency_key -> Text,
        post_id -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    received (activity_uri) {
        activity_uri -> Text,
        peer_id -> BigInt,
        received_at -> Timestamp,
    }
}

diesel::table! {
    activities (id) {
        id -> BigInt,
        account_id -> Nullable<BigInt>,
        post_id -> Nullable<BigInt>,
        kind -> Text,
        data -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    deliveries (id) {
        id -> BigInt,
        activity_id -> BigInt,
        peer_id -> BigInt,
        inbox -> Text,
        state -> Text,
        order_key -> BigInt,
        attempts -> Integer,
        last_error -> Nullable<Text>,
        created_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    events (id) {
        id -> BigInt,
        kind -> Text,
        payload -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    audit (id) {
        id -> BigInt,
        at -> Timestamp,
        actor -> Text,
        action -> Text,
        reason -> Nullable<Text>,
        peer -> Nullable<Text>,
        detail -> Text,
    }
}

diesel::table! {
    account_words (word, account_id) {
        word -> Text,
        account_id -> BigInt,
    }
}

diesel::table! {
    look (part) {
        part -> Text,
        value -> Text,
        picture -> Nullable<Binary>,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    ledger_waiting (id) {
        id -> BigInt,
        peer_id -> BigInt,
        at -> Timestamp,
        direction -> Text,
        kind -> Text,
        activity -> Nullable<Text>,
        object -> Nullable<Text>,
        account_id -> Nullable<BigInt>,
        bytes -> BigInt,
        times -> BigInt,
        refused -> Nullable<Text>,
    }
}

diesel::table! {
    proposals (peer_id, by_us) {
        peer_id -> BigInt,
        by_us -> Bool,
        uri -> Text,
        contract -> Text,
        note -> Text,
        made_at -> Timestamp,
        document -> Text,
    }
}

diesel::table! {
    ledger (peer_id, seq) {
        peer_id -> BigInt,
        seq -> BigInt,
        at -> Timestamp,
        direction -> Text,
        kind -> Text,
        activity -> Nullable<Text>,
        object -> Nullable<Text>,
        person -> Nullable<Text>,
        bytes -> BigInt,
        times -> BigInt,
        reason -> Nullable<Text>,
        prev -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    ledger_heads (peer_id) {
        peer_id -> BigInt,
        seq -> BigInt,
        hash -> Binary,
        mac -> Binary,
    }
}

diesel::table! {
    ledger_keys (account_id) {
        account_id -> BigInt,
        sealed -> Binary,
    }
}

diesel::table! {
    agreements (peer_id, version) {
        peer_id -> BigInt,
        version -> BigInt,
        by_us -> Bool,
        contract -> Text,
        document -> Text,
        agreed_at -> Timestamp,
    }
}

diesel::table! {
    purge_orders (nonce) {
        nonce -> Text,
        peer_id -> BigInt,
        ordered_at -> Timestamp,
        next_try -> Nullable<Timestamp>,
        tries -> Integer,
        receipt -> Nullable<Text>,
        received_at -> Nullable<Timestamp>,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    purges (peer_id) {
        peer_id -> BigInt,
        how -> Text,
        nonce -> Nullable<Text>,
        before_id -> BigInt,
        post_after -> BigInt,
        person_after -> BigInt,
        posts -> BigInt,
        files -> BigInt,
        people -> BigInt,
        follows -> BigInt,
        notifications -> BigInt,
        favourites -> BigInt,
        votes -> BigInt,
        started_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    follower_versions (followee_id, peer_id) {
        followee_id -> BigInt,
        peer_id -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    search_backlog (before_id) {
        before_id -> BigInt,
    }
}

diesel::joinable!(deliveries -> activities (activity_id));
diesel::joinable!(deliveries -> peers (peer_id));
diesel::joinable!(accounts -> peers (peer_id));
diesel::joinable!(purge_orders -> peers (peer_id));

diesel::allow_tables_to_appear_in_same_query!(
    node_secrets,
    node_keys,
    peers,
    peer_invites,
    accounts,
    account_keys,
    members,
    invites,
    sessions,
    apps,
    oauth_codes,
    tokens,
    media,
    attachments,
    posts,
    post_edits,
    polls,
    poll_options,
    poll_votes,
    post_mentions,
    post_tags,
    feed,
    spreads,
    lists,
    list_members,
    list_feed,
    followed_tags,
    tag_spreads,
    account_words,
    filters,
    filter_keywords,
    filter_statuses,
    follows,
    follower_versions,
    blocks,
    mutes,
    favourites,
    bookmarks,
    conversation_mutes,
    notifications,
    markers,
    account_notes,
    idempotency_keys,
    received,
    activities,
    deliveries,
    events,
    audit,
    look,
    ledger_waiting,
    ledger,
    ledger_heads,
    ledger_keys,
    introductions,
    proposals,
    agreements,
    purge_orders,
    purges,
    scheduled_posts,
    scheduled_files,
    conversations,
    conversation_people,
    conversation_posts,
    endorsements,
    featured_tags,
    dismissed_suggestions,
    push_subscriptions,
    pushes,
    domain_blocks,
    search_backlog
);
