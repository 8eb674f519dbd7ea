"""What a support desk answers: problems, common questions, and the same around orders and accounts as a shop."""
from app.replies.answers import COMMON, Handler, ask_team, catalogue
from app.replies.ecommerce import AROUND_ORDERS
from app.replies.notes import PROBLEM, describe, problem

INTENTS: dict[str, Handler] = COMMON | AROUND_ORDERS | {
    "problem": problem,
    "still_problem": describe(PROBLEM),
    "technician": ask_team("technician"),
    "installation": ask_team("installation", "technician"),
    "services": catalogue("service"),
    "products": catalogue("service"),
    "place_order": ask_team("place_order"),
}
