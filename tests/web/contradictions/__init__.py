"""What pages state of one case at one moment: no two sentences, on one page or on two, contradict each other."""
