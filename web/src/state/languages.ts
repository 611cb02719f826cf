/** Languages that are offered for posts; a person's own is added where it is not among them. */
export const LANGUAGES = (
  "ar bg br bn ca co cs cy da de el en es et eu fa fi fr fy ga gd gl gsw he hi hr hu hy id is it ja ka km ko lb lt lv mk " +
  "ml mn ms mt my nb ne nl nn oc pa pl pt ro ru sc sk sl sq sr sv sw ta te th tl tr uk ur vi wo zh"
).split(" ");
