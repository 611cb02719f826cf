//! The last days at Northwind Instruments.

use super::posts::{Post, post};

const fn en(who: &'static str, days_ago: u8, at: &'static str, text: &'static str) -> Post {
    post("en", who, days_ago, at, text)
}

/// Six days, about seven posts each.
pub(crate) const POSTS: &[Post] = &[
    en("tom", 6, "07:45", "Morning. Test bench is warmed up, reference barometer agrees with itself, and somebody left biscuits. Promising start. #bench"),
    en("priya", 6, "08:30", "The new humidity sensor drifts 0.4 % over a week in the salt chamber. The old one drifted 3. I am trying not to smile until week two. #Bora").label("drift"),
    en("grace", 6, "08:41", "You are smiling. I can see you from here.").answers("drift"),
    en("owen", 6, "09:20", "On the ridge above the reservoir. Station 14 has been reporting 0 mm of rain for three days. Standing next to it in the rain.").label("rain"),
    en("tom", 6, "09:28", "Bird's nest in the funnel?").answers("rain"),
    en("owen", 6, "09:51", "Spider. A very large, very settled spider. Relocated with respect.").answers("rain").warning("Spider"),
    en("mei", 6, "11:05", "I counted: our installation manual says \"simply\" nineteen times. Nothing on a ladder is simple. All nineteen are gone. #manuals").label("simply"),
    en("owen", 6, "12:40", "@mei thank you from every ladder I own.").answers("simply"),
    en("sam", 6, "15:30", "Quote in from the workshop in Lyon for 300 housings. Sensible price, and they found 180 grams we did not need. Reading it properly tonight. #Bora"),
    en("grace", 6, "16:15", "Sleep current down to 3.1 microamps. On paper the battery now outlives the warranty, the operator and possibly me. #firmware").label("sleep"),
    en("priya", 6, "16:22", "@grace is that with the radio actually off, or \"off\"?").answers("sleep"),
    en("grace", 6, "16:24", "Actually off. I checked with the good meter, twice, because I knew you would ask.").answers("sleep"),
    en("sam", 5, "08:05", "Read the quote, slept on it. It's a yes from me; I'd like @priya and @tom to sign off on the drawing before I send the order.").label("order"),
    en("priya", 5, "08:50", "Signed off. The radius in the pocket is better than ours was.").answers("order"),
    en("tom", 5, "09:02", "Signed off, with one request: serial number engraved before anodising, where I can read it with the lid on.").answers("order"),
    en("mei", 5, "10:10", "Which way should a wind arrow point: where the wind comes from or where it goes? Asked eleven people. Six to five. This is how wars start. #design").label("arrow"),
    en("owen", 5, "10:17", "Comes from. Ask any sailor.").answers("arrow"),
    en("grace", 5, "10:19", "Goes to. Ask any arrow.").answers("arrow"),
    en("tom", 5, "13:33", "Found the intermittent on bench 2: a ribbon cable older than our apprentice scheme. Replaced, labelled, dated. #bench"),
    en("owen", 5, "17:45", "Sunset from the harbour light, station 3 in the foreground, zero faults. Some days the job is just this."),
    en("sam", 4, "07:30", "Order placed. First hundred housings in five weeks. Thank you all for the fast reading; it's a pleasure to buy from people who answer in full sentences. #Bora"),
    en("grace", 4, "09:00", "Friendly reminder that \"it works on my desk\" describes the desk. Field builds get the cold chamber first, please. #firmware"),
    en("priya", 4, "09:35", "Week two: drift is 0.5 %. All right. Now I am smiling.").label("week-two"),
    en("sam", 4, "09:40", "Framing this one.").answers("week-two"),
    en("tom", 4, "11:11", "Anyone borrowing the torque driver: it is set to 0.6 Nm for a reason. The reason is on the shelf, in two pieces.").label("torque"),
    en("mei", 4, "11:25", "I drew a small sign for it. It has a sad screw on it.").answers("torque"),
    en("owen", 4, "14:02", "Visited the school that hosts station 22. They graph it every morning on paper, in coloured pencil. Their chart found a sensor fault two days before our software did."),
    en("grace", 4, "14:30", "Then their chart is the specification. What did they see that we filtered out?").visibility("unlisted"),
    en("mei", 3, "08:40", "New quick-start card: six pictures, no words, tested on Sam's father. He asked one question, which is now picture seven. #manuals").label("card"),
    en("sam", 3, "08:52", "He'd like it known that he was right.").answers("card"),
    en("priya", 3, "10:05", "Lightning protection review at two in the small room. Bring the photos from the hill, even the embarrassing ones."),
    en("tom", 3, "12:20", "One in forty boards fails the first calibration pass and passes the second. I don't like a test that forgives. Looking at the reference settling time. #bench").label("forgives"),
    en("priya", 3, "12:48", "Try waiting for the temperature to settle, not the pressure. The block is slower than the sensor.").answers("forgives"),
    en("tom", 3, "16:40", "@priya was right, as usual. Ninety seconds longer, zero in a hundred and twenty. Worth every second.").answers("forgives"),
    en("owen", 3, "18:10", "Ladder count for the month: 31. Cups of tea offered by strangers: 19. The ratio is improving."),
    en("grace", 2, "09:15", "Wrote down why the radio retries at 7, 19 and 53 seconds instead of round numbers. Future me always thinks it is a typo. #firmware"),
    en("mei", 2, "10:30", "The lamp that means \"all is well\" should be dark. Nobody should have to look at a device to learn that there is nothing to see. #design").label("lamp"),
    en("priya", 2, "10:44", "And when it is dead?").answers("lamp"),
    en("mei", 2, "10:52", "Then the station is silent, and silence is a fault on the server side, where somebody is paid to look.").answers("lamp"),
    en("sam", 2, "16:00", "Month's figures are in and they are good. Cake at four tomorrow, and please, somebody other than Tom choose it this time.").visibility("private"),
    en("tom", 2, "16:05", "There was nothing wrong with the marmalade cake."),
    en("priya", 1, "08:20", "First article report from Lyon says twelve dimensions out of twelve. I have worked here nine years and never seen a twelve. #Bora").label("twelve"),
    en("tom", 1, "08:33", "I'd like to shake that metrologist's hand.").answers("twelve"),
    en("grace", 1, "11:00", "Firmware 2.8 has been in the cold chamber since six this morning. Minus thirty and it is cheerfully telling me so. #firmware #Bora"),
    en("owen", 1, "15:15", "Mast foot on the pier is corroding where steel meets aluminium, exactly where Priya said it would in 2021. Photos in the usual folder."),
    en("sam", 1, "17:05", "Good week. Go home, it's a lovely evening."),
];
