"""Speech out: a text for customers becomes the spoken text, its pinyin, and sound for the telephone."""
