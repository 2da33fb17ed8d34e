package shelfless.domain;

import java.util.UUID;

/** One unit of an order item, counted from 1: what one entitlement is for (rule 4). */
public record Unit(UUID itemId, int number) {}
