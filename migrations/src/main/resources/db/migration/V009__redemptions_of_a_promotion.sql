-- The index by customer leaves out what was released; a foreign key needs one that leaves out nothing.
create index promotion_redemption_promotion on promotion_redemption (promotion_id);
