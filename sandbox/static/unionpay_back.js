// Takes the holder back to the shop, as UnionPay's page does; without scripts the button does it.
document.getElementById("soon").hidden = false;
setTimeout(() => document.getElementById("back").submit(), 3000);
