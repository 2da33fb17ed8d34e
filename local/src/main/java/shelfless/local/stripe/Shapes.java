package shelfless.local.stripe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import shelfless.local.Json;

/** Stripe's objects as they are when nothing has happened to them yet. */
final class Shapes {
  private Shapes() {}

  static ObjectNode session() {
    return (ObjectNode)
        Json.parse(
            """
            {
              "id": null, "object": "checkout.session",
              "adaptive_pricing": {"enabled": false}, "after_expiration": null,
              "allow_promotion_codes": null, "amount_subtotal": 0, "amount_total": 0,
              "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
              "billing_address_collection": null, "cancel_url": null, "client_reference_id": null,
              "client_secret": null, "collected_information": null, "consent": null,
              "consent_collection": null, "created": 0, "currency": null,
              "currency_conversion": null, "custom_fields": [],
              "custom_text": {
                "after_submit": null, "shipping_address": null, "submit": null,
                "terms_of_service_acceptance": null
              },
              "customer": null, "customer_creation": "if_required", "customer_details": null,
              "customer_email": null, "discounts": [], "expires_at": 0, "invoice": null,
              "invoice_creation": {"enabled": false}, "livemode": false, "locale": null,
              "metadata": {}, "mode": "payment", "payment_intent": null, "payment_link": null,
              "payment_method_collection": "if_required",
              "payment_method_configuration_details": null, "payment_method_options": {},
              "payment_method_types": ["card", "sepa_debit"], "payment_status": "unpaid",
              "permissions": null, "phone_number_collection": {"enabled": false},
              "recovered_from": null, "saved_payment_method_options": null, "setup_intent": null,
              "shipping_address_collection": null, "shipping_cost": null, "shipping_options": [],
              "status": "open", "submit_type": null, "subscription": null, "success_url": null,
              "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
              "ui_mode": "hosted_page", "url": null, "wallet_options": null
            }
            """);
  }

  static ObjectNode lineItem() {
    return (ObjectNode)
        Json.parse(
            """
            {
              "id": null, "object": "item", "amount_discount": 0, "amount_subtotal": 0,
              "amount_tax": 0, "amount_total": 0, "currency": null, "description": null,
              "metadata": {},
              "price": {
                "id": null, "object": "price", "active": false, "billing_scheme": "per_unit",
                "created": 0, "currency": null, "custom_unit_amount": null, "livemode": false,
                "lookup_key": null, "metadata": {}, "nickname": null, "product": null,
                "recurring": null, "tax_behavior": "unspecified", "tiers_mode": null,
                "transform_quantity": null, "type": "one_time", "unit_amount": 0,
                "unit_amount_decimal": "0"
              },
              "quantity": 1
            }
            """);
  }

  static ObjectNode paymentIntent() {
    return (ObjectNode)
        Json.parse(
            """
            {
              "id": null, "object": "payment_intent", "amount": 0, "amount_capturable": 0,
              "amount_details": {"tip": {}}, "amount_received": 0, "application": null,
              "application_fee_amount": null, "automatic_payment_methods": null,
              "canceled_at": null, "cancellation_reason": null,
              "capture_method": "automatic_async", "client_secret": null,
              "confirmation_method": "automatic", "created": 0, "currency": null,
              "customer": null, "description": null, "last_payment_error": null,
              "latest_charge": null, "livemode": false, "metadata": {}, "next_action": null,
              "on_behalf_of": null, "payment_method": null,
              "payment_method_configuration_details": null, "payment_method_options": {},
              "payment_method_types": ["card", "sepa_debit"], "processing": null,
              "receipt_email": null, "review": null, "setup_future_usage": null,
              "shipping": null, "source": null, "statement_descriptor": null,
              "statement_descriptor_suffix": null, "status": "requires_payment_method",
              "transfer_data": null, "transfer_group": null
            }
            """);
  }

  static ObjectNode charge() {
    return (ObjectNode)
        Json.parse(
            """
            {
              "id": null, "object": "charge", "amount": 0, "amount_captured": 0,
              "amount_refunded": 0, "application": null, "application_fee": null,
              "application_fee_amount": null, "balance_transaction": null,
              "billing_details": {
                "address": {
                  "city": null, "country": null, "line1": null, "line2": null,
                  "postal_code": null, "state": null
                },
                "email": null, "name": null, "phone": null, "tax_id": null
              },
              "calculated_statement_descriptor": "SHELFLESS", "captured": false, "created": 0,
              "currency": null, "customer": null, "description": null, "disputed": false,
              "failure_balance_transaction": null, "failure_code": null, "failure_message": null,
              "fraud_details": {}, "livemode": false, "metadata": {}, "on_behalf_of": null,
              "outcome": null, "paid": false, "payment_intent": null, "payment_method": null,
              "payment_method_details": null, "radar_options": {}, "receipt_email": null,
              "receipt_number": null, "receipt_url": null, "refunded": false, "review": null,
              "shipping": null, "source": null, "source_transfer": null,
              "statement_descriptor": null, "statement_descriptor_suffix": null,
              "status": "pending", "transfer_data": null, "transfer_group": null
            }
            """);
  }

  static ObjectNode refund() {
    return (ObjectNode)
        Json.parse(
            """
            {
              "id": null, "object": "refund", "amount": 0, "balance_transaction": null,
              "charge": null, "created": 0, "currency": null,
              "destination_details": {"card": {"type": "refund"}, "type": "card"},
              "metadata": {}, "payment_intent": null, "reason": null, "receipt_number": null,
              "source_transfer_reversal": null, "status": "succeeded", "transfer_reversal": null
            }
            """);
  }

  static ObjectNode dispute() {
    return (ObjectNode)
        Json.parse(
            """
            {
              "id": null, "object": "dispute", "amount": 0, "balance_transactions": [],
              "charge": null, "created": 0, "currency": null, "enhanced_eligibility_types": [],
              "evidence": {},
              "evidence_details": {
                "due_by": 0, "enhanced_eligibility": {}, "has_evidence": false,
                "past_due": false, "submission_count": 0
              },
              "is_charge_refundable": false, "livemode": false, "metadata": {},
              "payment_intent": null,
              "payment_method_details": {
                "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10.4"},
                "type": "card"
              },
              "reason": "fraudulent", "status": "needs_response"
            }
            """);
  }

  static ObjectNode balanceTransaction() {
    return (ObjectNode)
        Json.parse(
            """
            {
              "id": null, "object": "balance_transaction", "amount": 0, "available_on": 0,
              "balance_type": "payments", "created": 0, "currency": null, "description": null,
              "exchange_rate": null, "fee": 0, "fee_details": [], "net": 0,
              "reporting_category": null, "source": null, "status": "available", "type": null
            }
            """);
  }
}
