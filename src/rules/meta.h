/*
 * Meta rules: expressions over symbols and rules, evaluated in the order of their dependencies when all else has settled. One check, "meta", which is last.
 *
 * A symbol's value is how often it hit (1 at least when it hit at all). Where hits are for some recipients only, an expression that asks for them is evaluated
 * for each recipient.
 */
#ifndef WINNOW_RULES_META_H
#define WINNOW_RULES_META_H

#include "rules/rule_read.h"

struct meta_rules;

struct meta_rules *meta_rules_new(struct arena *, const struct view_plan *);
/* A rule whose expression is in def->meta; must outlive. */
bool meta_rules_add(struct meta_rules *, const struct rule_def *, struct err *err_r) MUST_USE;
/* A name that counts 0 although nobody has it: a rule that is switched off. */
void meta_rules_ignore(struct meta_rules *, struct span name);
/* Puts them in order; a circle is an error that names it. Nothing is added any more. */
bool meta_rules_done(struct meta_rules *, struct err *err_r) MUST_USE;
size_t meta_rules_count(const struct meta_rules *);
/* The check; its init resolves the symbols of others, and names unknown ones. */
const struct check *meta_rules_check(struct meta_rules *);

#endif
