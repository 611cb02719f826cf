/**
 * What the node says when it refuses, in French. It has no codes for it, as Mastodon’s API has none, and speaks English:
 * the texts are known by their words (`node-says.test.ts` looks whether the node still says them). Here are those that people
 * meet in the forms of this client; what is missing is shown as the node says it. Of two that fit, the first one counts.
 */
export const sayings: Readonly<Record<string, string>> = {
  "This action is not allowed": "Vous ne pouvez pas faire cela.",
  "This action is outside the authorized scopes":
    "Cette connexion ne permet pas cela. Déconnectez-vous, puis connectez-vous à nouveau.",

  // Writing.
  "Text can't be blank": "Le texte ne peut pas être vide.",
  "Text character limit of {count} exceeded": "Le texte dépasse la limite de {count} caractères.",
  "Content warning is too long (maximum is {count} characters)":
    "L’avertissement est trop long : {count} caractères au plus.",
  "Text mentions too many people (maximum is {count})":
    "Le texte mentionne trop de personnes : {count} au plus.",
  "Description is too long (maximum is {count} characters)":
    "La description est trop longue : {count} caractères au plus.",
  "Cannot attach more than {count} files": "On peut joindre {count} fichiers au plus.",
  "the file {id} is not there, not yours, or in a post already: upload it again":
    "Un fichier n’est plus là, ou se trouve déjà dans une publication : envoyez-le à nouveau.",
  "too many files wait to be posted: post or remove some first":
    "Trop de fichiers attendent d’être publiés : publiez-en ou retirez-en d’abord.",
  "A poll cannot be combined with files": "Un sondage ne peut pas être accompagné de fichiers.",
  "Options must have more than one item": "Un sondage a au moins deux réponses.",
  "Options can't contain more than {count} items": "Un sondage a {count} réponses au plus.",
  "Options can't be blank": "Une réponse ne peut pas être vide.",
  "Options cannot be longer than {count} characters each": "Une réponse a {count} caractères au plus.",
  "Options contain duplicate items": "Deux réponses sont identiques.",
  "Expires at is too soon": "Le sondage se termine trop tôt.",
  "Expires at is too far into the future": "Le sondage se termine trop tard.",
  "The chosen vote option does not exist": "Cette réponse n’existe pas.",
  "A direct post cannot be quoted": "Une publication directe ne peut pas être citée.",
  "A direct post that quotes someone must mention them":
    "Une publication directe qui cite quelqu’un doit mentionner cette personne.",
  "Its author does not allow to quote this post": "Son auteur ne permet pas de la citer.",
  "Scheduled at must be at least 5 minutes from now": "Le moment choisi doit être dans 5 minutes au moins.",
  "Scheduled at must be at most 10 years from now": "Le moment choisi doit être dans 10 ans au plus.",
  "You have exceeded the limit of {count} scheduled posts for that day":
    "Vous avez déjà {count} publications programmées ce jour-là, et c’est le maximum.",
  "You have exceeded the limit of {count} scheduled posts":
    "Vous avez déjà {count} publications programmées, et c’est le maximum.",

  // With posts and people.
  "You have already pinned the maximum number of posts":
    "Votre profil a déjà le nombre maximal de publications épinglées.",
  "Limit of different reactions reached": "Cette publication a déjà le nombre maximal d’émojis différents.",
  "This post may not be boosted: it is not for everyone":
    "Cette publication ne peut pas être partagée : elle n’est pas pour tout le monde.",
  "The contract with that person's node does not give posts":
    "Le contrat avec l’organisation de cette personne ne donne pas accès à ses publications.",
  "A post of somebody with a higher role is removed by somebody with that role":
    "La publication d’une personne d’un rôle supérieur est retirée par quelqu’un qui a ce rôle.",
  "a reason has at most {count} characters": "Le motif a {count} caractères au plus.",
  "Comment is too long (maximum is {count} characters)":
    "Le commentaire est trop long : {count} caractères au plus.",
  "a report is about at most {count} posts": "Un signalement cite {count} publications au plus.",
  "you cannot report yourself": "On ne peut pas se signaler soi-même.",
  "Rules does not reference valid rules": "Une de ces règles n’existe plus. Rechargez la page.",
  "a person follows at most {count} hashtags": "On peut suivre {count} hashtags au plus.",
  "You cannot hide more than {count} nodes": "On peut masquer {count} organisations au plus.",
  "a note has at most {count} characters": "Une note a {count} caractères au plus.",

  // Lists and filters.
  "Title can't be blank": "Le titre ne peut pas être vide.",
  "a title has at most {count} characters": "Un titre a {count} caractères au plus.",
  "a title is one line of text": "Un titre tient sur une ligne.",
  "a person has at most {count} lists": "On peut avoir {count} listes au plus.",
  "a list has at most {count} members": "Une liste a {count} membres au plus.",
  "Keyword can't be blank": "Un mot ne peut pas être vide.",
  "Context can't be blank": "Choisissez au moins un endroit où le filtre s’applique.",
  "a person has at most {count} filters": "On peut avoir {count} filtres au plus.",
  "a filter has at most {count} keywords": "Un filtre a {count} mots au plus.",
  "a filter has at most {count} posts": "Un filtre a {count} publications au plus.",
  "all keywords of a person together have at most {count} characters":
    "Tous vos mots ensemble ont {count} caractères au plus.",

  // Groups.
  "this name is taken; choose another": "Ce nom est déjà pris : choisissez-en un autre.",
  "a person is in at most {count} groups": "On peut être dans {count} groupes au plus.",
  "this node has at most {count} groups": "Ce site a déjà {count} groupes, et c’est le maximum.",
  "a group has at most {count} members": "Un groupe a {count} membres au plus.",
  "a group has at most {count} moderators": "Un groupe a {count} modérateurs au plus.",
  "a group has at most {count} owners": "Un groupe a {count} propriétaires au plus.",
  "a guest of this node is a guest in its groups":
    "Une personne invitée sur ce site est aussi invitée dans ses groupes : elle ne peut pas avoir ce rôle.",
  "a secret group in which something was said stays secret":
    "Un groupe secret dans lequel on a déjà écrit reste secret.",
  "You are a member of this group already": "Vous êtes déjà membre de ce groupe.",
  "You have asked to be let in already": "Vous avez déjà demandé à rejoindre ce groupe.",
  "You are banned from this group": "Vous êtes exclu de ce groupe.",
  "they are banned from this group": "Cette personne est exclue de ce groupe : levez d’abord l’exclusion.",
  "too many people ask to be let in; try again later":
    "Trop de personnes demandent à rejoindre ce groupe. Réessayez plus tard.",
  "too many invitations of this group wait for an answer":
    "Trop d’invitations dans ce groupe attendent une réponse.",
  "the last owner names another first":
    "Vous êtes le seul propriétaire du groupe : nommez-en d’abord un autre.",
  "In this group moderators begin the threads": "Dans ce groupe, seule la modération lance les conversations.",
  "A group's post can be quoted in that group alone":
    "Une publication d’un groupe ne peut être citée que dans ce groupe.",
  "one group a post": "Une publication ne va que dans un groupe.",
  "join @{name} first": "Rejoignez d’abord @{name}.",

  // The profile and the password.
  "a display name has at most {count} characters": "Un nom a {count} caractères au plus.",
  "a display name is one line of text": "Un nom tient sur une ligne.",
  "a biography has at most {count} characters": "La présentation a {count} caractères au plus.",
  "a profile has at most {count} rows": "Un profil a {count} lignes au plus.",
  "a row of a profile has at most {count} characters on each side":
    "Une ligne du profil a {count} caractères au plus de chaque côté.",
  "the name of a row is one line of text": "L’intitulé d’une ligne du profil tient sur une ligne.",
  "the picture must be a PNG, JPEG, GIF or WebP file": "L’image doit être au format PNG, JPEG, GIF ou WebP.",
  "the picture cannot be read": "L’image ne peut pas être lue.",
  "the picture is too large: at most {count} pixels on a side and 40 million in all":
    "L’image est trop grande : {count} pixels au plus par côté, et 40 millions en tout.",
  "the picture is too large": "L’image est trop grande.",
  "a password has at least {count} characters": "Un mot de passe a au moins {count} caractères.",
  "a password has at most {count} bytes": "Ce mot de passe est trop long.",
  "a password is not the username": "Le mot de passe ne peut pas être le nom d’utilisateur.",
  "the current password is wrong": "Le mot de passe actuel est erroné.",

  // Looking after the node.
  "the shortcode {name} is taken": "Le code {name} est déjà pris.",
  "a shortcode has 2 to {count} letters without accents, digits and underscores":
    "Un code se compose de 2 à {count} lettres sans accent, chiffres et tirets bas.",
  "an emoji needs a picture": "Il faut une image pour un émoji.",
  "a category has at most {count} characters": "Une catégorie a {count} caractères au plus.",
  "there are {count} emoji already": "Il y a déjà {count} émojis, et c’est le maximum.",
  "an announcement has at most {count} characters": "Une annonce a {count} caractères au plus.",
  "it cannot end before it begins": "Elle ne peut pas se terminer avant de commencer.",
  "its end has passed": "Sa fin est déjà passée.",
  "at most {count} announcements are shown at once": "{count} annonces au plus sont affichées à la fois.",
  "the node's name has at most {count} characters": "Le nom du site a {count} caractères au plus.",
  "the node's name is one line of text": "Le nom du site tient sur une ligne.",
  "the node's description has at most {count} characters":
    "La description du site a {count} caractères au plus.",
  "there are at most {count} house rules, each of at most 500 characters":
    "Il y a {count} règles au plus, de 500 caractères au plus chacune.",
  "the contact is an e-mail address such as help@example.org, or empty":
    "Le contact est une adresse électronique comme aide@example.org, ou reste vide.",
  "a colour is written as #2f6f5e": "Une couleur s’écrit comme #2f6f5e.",
  "an invitation has 1 to {count} uses": "Une invitation sert de 1 à {count} fois.",
  "an invitation is valid for 1 to {count} hours": "Une invitation est valable de 1 à {count} heures.",
  "You cannot invite to a role above your own": "On ne peut pas inviter à un rôle supérieur au sien.",
  "Only an owner can disable an owner": "Seul un propriétaire peut désactiver un propriétaire.",
  "the last owner cannot be disabled; make another owner first":
    "Le dernier propriétaire ne peut pas être désactivé : nommez-en d’abord un autre.",
  "the contract was changed meanwhile: look at it again":
    "Le contrat a été modifié entre-temps : regardez-le à nouveau.",

  // Whatever else is too long, or empty.
  "{what} has at most {count} characters": "Trop long : {count} caractères au plus.",
  "{what} is too long (maximum is {count} characters)": "Trop long : {count} caractères au plus.",
  "{what} is one line of text": "Le texte tient sur une ligne.",
  "{name} can't be blank": "Il manque quelque chose : un champ est vide.",
};
