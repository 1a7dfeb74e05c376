// Taking down what is said in a meeting, by keyboard.
