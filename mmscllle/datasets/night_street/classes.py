"""The eight classes of the night-street data set, with the palette of CamVid."""
CLASSES = ('sky', 'building', 'pole', 'road', 'sidewalk', 'tree', 'car', 'pedestrian')
PALETTE = ([128, 128, 128], [128, 0, 0], [192, 192, 128], [128, 64, 128], [0, 0, 192],
           [128, 128, 0], [64, 0, 128], [64, 64, 0])
SKY, BUILDING, POLE, ROAD, SIDEWALK, TREE, CAR, PEDESTRIAN = range(len(CLASSES))
VOID = 255
