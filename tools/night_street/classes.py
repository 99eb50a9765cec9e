"""Class ids of the drawn streets, in the order of ``NightStreetDataset``."""

SKY, BUILDING, POLE, ROAD, SIDEWALK, TREE, CAR, PEDESTRIAN = range(8)
VOID = 255
