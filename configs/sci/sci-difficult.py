_base_ = './sci-easy.py'
load_from = (
    'https://github.com/vis-opt-group/SCI/raw/'
    '9d28a3f1237df248bb765e7fee16f7c4ac7dbeee/weights/difficult.pt'
)
